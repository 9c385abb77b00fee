import { Link as FluentLink, makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useHref, useLinkClickHandler } from "react-router";

import { Loading } from "../../components/states";
import { strings } from "../../strings";
import { controlNames, fieldOf } from "../fields";
import { appsOffText } from "../fieldTypes";
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
}

// The review step edits its own fields, so it does not list them.
const shownNames = controlNames.filter((name) => fieldOf(name).step !== "review");

/** Lists what was chosen, with a link to the step of each choice. */
export function Review({ policy, apps }: Props) {
  const styles = useStyles();
  if (!apps.complete) return <Loading />;

  const appsOff = ({ id, off }: NewPolicy["products"][number]) => {
    const names = (apps.appsByProduct.get(id) ?? []).filter((app) => off.includes(app.id)).map(({ name }) => name);
    return appsOffText(names);
  };

  return (
    <>
      {shownNames.map((name) => (
        <Part key={name} step={fieldOf(name).step} title={fieldOf(name).label}>
          {fieldOf(name).describe(policy[name], String)[0]?.text || strings.common.none}
        </Part>
      ))}
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
