import { Combobox, Field, makeStyles, Option, Text, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { useQuery } from "urql";

import { ProductChoicesDocument } from "../gql/graphql";
import { strings } from "../strings";

const words = strings.products.subscription;
const typingDelay = 200;

const useStyles = makeStyles({
  option: { display: "flex", flexDirection: "column", minWidth: 0 },
  note: { color: tokens.colorNeutralForeground3 },
  list: { maxHeight: "320px" },
});

export interface Product {
  id: string;
  name: string;
}

interface Props {
  label: string;
  placeholder: string;
  noneFound: string;
  /** Lists only products that the tenant owns. */
  owned?: boolean;
  value: Product | undefined;
  problem?: string;
  /** Returns a second line for a product, such as its available licenses. */
  noteOf?(product: Product & { available?: number }): string | undefined;
  onChange(product: Product | undefined): void;
}

/** Chooses one of many products. Typing searches them. */
export function ProductCombobox({ label, placeholder, noneFound, owned, value, problem, noteOf, onChange }: Props) {
  const styles = useStyles();
  const [text, setText] = useState(value?.name ?? "");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text === value?.name ? "" : text.trim()), typingDelay);
    return () => clearTimeout(timer);
  }, [text, value?.name]);

  const [{ data, error, fetching }] = useQuery({
    query: ProductChoicesDocument,
    variables: { owned, text: search || undefined },
  });
  const found = data?.products.nodes ?? [];

  return (
    <Field label={label} validationMessage={problem} validationState={problem ? "error" : "none"} required>
      <Combobox
        placeholder={placeholder}
        value={text}
        selectedOptions={value ? [value.id] : []}
        onInput={(event) => {
          setText(event.currentTarget.value);
          onChange(undefined);
        }}
        onOptionSelect={(_, { optionValue }) => {
          const product = found.find(({ id }) => id === optionValue);
          if (!product) return;
          setText(product.name);
          onChange({ id: product.id, name: product.name });
        }}
        listbox={{ className: styles.list }}
      >
        {found.map(({ id, name, pool }) => {
          const note = noteOf?.({ id, name, available: pool?.available });
          return (
            <Option key={id} value={id} text={name}>
              <span className={styles.option}>
                {name}
                {note && (
                  <Text size={200} className={styles.note}>
                    {note}
                  </Text>
                )}
              </span>
            </Option>
          );
        })}
        {found.length === 0 && (
          <Option disabled text="" value="">
            {fetching ? strings.common.loading : error ? strings.common.failedTitle : noneFound}
          </Option>
        )}
        {data?.products.pageInfo.hasNextPage && (
          <Option disabled text="" value="more">
            {words.more}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}
