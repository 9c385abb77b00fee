import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

import { SearchField } from "./SearchField";

const useStyles = makeStyles({
  tools: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-end",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
  },
  search: { flex: "1 1 220px", maxWidth: "360px", "& > *": { width: "100%", maxWidth: "none" } },
  count: { color: tokens.colorNeutralForeground2, minHeight: "32px", display: "flex", alignItems: "center" },
});

interface Props {
  search?: { label: string; value: string; onChange(value: string): void };
  /** The number of rows, as text. */
  count?: string;
  children?: ReactNode;
}

/** The search, the filters and the row count above a list. */
export function ListToolbar({ search, count, children }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.tools}>
      {search && (
        <div className={styles.search}>
          <SearchField {...search} />
        </div>
      )}
      {children}
      <Text className={styles.count} role="status">
        {count}
      </Text>
    </div>
  );
}
