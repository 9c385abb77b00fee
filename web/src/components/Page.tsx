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
  /** One or two sentences below the title. */
  lead?: ReactNode;
  /** Buttons beside the title, for actions of the whole view. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** The frame of a view. Its title is also the document's title. */
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

/** Sets the document's title while the component is mounted. */
export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = strings.common.title(title);
    return () => {
      document.title = before;
    };
  }, [title]);
}
