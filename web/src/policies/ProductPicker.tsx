import { Combobox, Field, makeStyles, Option, Text, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";

import { strings } from "../strings";
import type { App, DraftProduct } from "./products";
import { useEligibleProducts } from "./useEligibleProducts";

const words = strings.policies;

const useStyles = makeStyles({
  option: { display: "flex", flexDirection: "column", minWidth: 0 },
  left: { color: tokens.colorNeutralForeground3 },
  hint: { padding: tokens.spacingHorizontalS, color: tokens.colorNeutralForeground2 },
  list: { maxHeight: "320px" },
});

interface Props {
  label: string;
  appId: string | undefined;
  chosen: readonly DraftProduct[];
  problem?: string;
  autoFocus?: boolean;
  onChoose(product: App): void;
}

const typingDelay = 200;

/** Chooses a product to add to the policy. Typing searches the products. */
export function ProductPicker({ label, appId, chosen, problem, autoFocus, onChoose }: Props) {
  const styles = useStyles();
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), typingDelay);
    return () => clearTimeout(timer);
  }, [text]);

  const { eligible, hasMore, fetching, error } = useEligibleProducts(appId, chosen, search);

  return (
    <Field label={label} validationMessage={problem} validationState={problem ? "error" : "none"} required>
      <Combobox
        inlinePopup
        placeholder={words.fields.productPlaceholder}
        disabled={!appId}
        autoFocus={autoFocus}
        value={text}
        selectedOptions={[]}
        onInput={(event) => setText(event.currentTarget.value)}
        onOptionSelect={(_, { optionValue }) => {
          const product = eligible.find(({ id }) => id === optionValue);
          if (!product) return;
          setText("");
          onChoose(product);
        }}
        listbox={{ className: styles.list }}
      >
        {eligible.map(({ id, name, pool }) => (
          <Option key={id} value={id} text={name}>
            <span className={styles.option}>
              {name}
              <Text size={200} className={styles.left}>
                {licensesLeft(pool?.available ?? 0)}
              </Text>
            </span>
          </Option>
        ))}
        {eligible.length === 0 && (
          <Option disabled text="" value="">
            {fetching
              ? strings.common.loading
              : error
                ? strings.common.failedTitle
                : search
                  ? words.products.noneFound
                  : words.products.noneOwned}
          </Option>
        )}
        {hasMore && (
          <Option disabled text="" value="more">
            {words.products.more}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}

export const licensesLeft = (n: number) => (n > 0 ? words.products.left(n) : words.products.noneLeft);
