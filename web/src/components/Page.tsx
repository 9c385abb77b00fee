import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { type ReactNode, useEffect } from "react";

import { strings } from "../strings";

const useStyles = makeStyles({
  page: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0 },
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-start",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
  },
  titles: { flex: "1 1 260px", display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
  },
  lead: { color: tokens.colorNeutralForeground2, maxWidth: "72ch" },
});

interface Props {
  title: string;
  /** A sentence or two below the title. */
  lead?: ReactNode;
  /** What can be done with the whole view, beside its title. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A view: its title, also of the document, and what it holds. */
export function Page({ title, lead, actions, children }: Props) {
  const styles = useStyles();
  useTitle(title);

  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div className={styles.titles}>
          <h1 className={styles.title}>{title}</h1>
          {lead && <Text className={styles.lead}>{lead}</Text>}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}

/** Names the document after a view, or after what lies over it, as long as it is there. */
export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = strings.common.title(title);
    return () => {
      document.title = before;
    };
  }, [title]);
}
