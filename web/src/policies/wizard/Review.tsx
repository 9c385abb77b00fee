import { Checkbox, Link as FluentLink, makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useHref, useLinkClickHandler } from "react-router";

import { Loading } from "../../components/states";
import { strings } from "../../strings";
import { licensesLeft } from "../ProductPicker";
import type { useProductApps } from "../useProductApps";
import type { Step } from "./steps";
import type { NewPolicy } from "./newPolicy";

const words = strings.policies;

const useStyles = makeStyles({
  part: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: `2px ${tokens.spacingHorizontalM}` },
  term: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  value: { gridColumn: "1 / -1", overflowWrap: "anywhere" },
  list: {
    margin: 0,
    paddingInlineStart: "20px",
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
  },
  quiet: { display: "block", color: tokens.colorNeutralForeground2 },
});

interface Props {
  policy: NewPolicy;
  apps: ReturnType<typeof useProductApps>;
  onChange(part: Partial<NewPolicy>): void;
}

/** All that was chosen, with a way back to each. */
export function Review({ policy, apps, onChange }: Props) {
  const styles = useStyles();
  if (!apps.complete) return <Loading />;

  const appsOff = ({ id, off }: NewPolicy["products"][number]) => {
    const names = (apps.appsOf.get(id) ?? []).filter((app) => off.includes(app.id)).map(({ name }) => name);
    return names.length === 0 ? words.wizard.allAppsOn : words.conflict.offList(names.join(", "));
  };

  return (
    <>
      <Part step="name" title={words.fields.name}>
        {policy.name.trim()}
      </Part>
      <Part step="products" title={words.fields.app}>
        {policy.app?.name}
      </Part>
      <Part step="products" title={words.products.title}>
        <ol className={styles.list}>
          {policy.products.map((product) => (
            <li key={product.id}>
              {product.name}
              <Text size={200} className={styles.quiet}>
                {licensesLeft(apps.available.get(product.id) ?? 0)}
              </Text>
            </li>
          ))}
        </ol>
      </Part>
      <Part step="apps" title={words.apps.title}>
        <ul className={styles.list}>
          {policy.products.map((product) => (
            <li key={product.id}>
              {product.name}
              <Text size={200} className={styles.quiet}>
                {appsOff(product)}
              </Text>
            </li>
          ))}
        </ul>
      </Part>
      <Checkbox
        label={words.wizard.turnOnNow}
        checked={policy.enabled}
        onChange={(_, { checked }) => onChange({ enabled: checked === true })}
      />
    </>
  );
}

function Part({ step, title, children }: { step: Step; title: string; children: ReactNode }) {
  const styles = useStyles();
  const to = `/policies/new/${step}`;
  const follow = useLinkClickHandler<HTMLAnchorElement>(to);
  return (
    <div className={styles.part} role="group" aria-label={title}>
      <span className={styles.term}>{title}</span>
      <FluentLink href={useHref(to)} onClick={follow} aria-label={words.wizard.edit(title)}>
        {words.wizard.editShort}
      </FluentLink>
      <div className={styles.value}>{children}</div>
    </div>
  );
}
