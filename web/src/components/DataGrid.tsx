import { Button, makeStyles, mergeClasses, Spinner, tokens } from "@fluentui/react-components";
import { ArrowDown12Regular, ArrowUp12Regular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

import { strings } from "../strings";
import type { Sort } from "./sort";

export interface Column<Row> {
  key: string;
  title: string;
  cell(row: Row): ReactNode;
  /** A track size of a CSS grid, such as "2fr" or "120px". */
  width?: string;
  align?: "end";
  sortable?: boolean;
  /** Hidden in a narrow window. */
  wideOnly?: boolean;
}

interface Props<Row> {
  label: string;
  /** The first column names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey(row: Row): string;
  /** The number of all rows, if not all are loaded. */
  total?: number;
  sort?: Sort;
  onSort?(sort: Sort): void;
  /** Called when the last loaded rows scroll into view. */
  onMore?: () => void;
  loadingMore?: boolean;
  selectedKey?: string;
  /** The table is as tall as its rows, up to this. */
  maxHeight?: string;
}

const narrow = "@media (max-width: 640px)";

const useStyles = makeStyles({
  scroller: {
    overflow: "auto",
    position: "relative",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
  },
  head: {
    position: "sticky",
    top: 0,
    zIndex: 1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    display: "grid",
    alignItems: "center",
    [narrow]: { display: "flex", flexWrap: "wrap" },
  },
  headCell: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    minHeight: "40px",
    display: "flex",
    alignItems: "center",
    [narrow]: { padding: `0 ${tokens.spacingHorizontalXS}`, minHeight: "32px" },
  },
  // In a narrow window each row repeats the titles of columns that cannot be sorted.
  headText: {
    [narrow]: {
      position: "absolute",
      width: "1px",
      height: "1px",
      minHeight: 0,
      padding: 0,
      overflow: "hidden",
      clipPath: "inset(50%)",
    },
  },
  sorter: {
    minWidth: 0,
    paddingLeft: tokens.spacingHorizontalXS,
    paddingRight: tokens.spacingHorizontalXS,
    marginLeft: `calc(-1 * ${tokens.spacingHorizontalXS})`,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    textAlign: "inherit",
  },
  row: {
    position: "absolute",
    insetInline: 0,
    top: 0,
    display: "grid",
    alignItems: "center",
    minHeight: "48px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    "&:hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    [narrow]: {
      display: "flex",
      flexDirection: "column",
      alignItems: "stretch",
      padding: `${tokens.spacingVerticalS} 0`,
    },
  },
  selected: { backgroundColor: tokens.colorNeutralBackground1Selected },
  cell: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    minWidth: 0,
    overflowWrap: "anywhere",
    [narrow]: {
      padding: `2px ${tokens.spacingHorizontalM}`,
      "&[data-title]": {
        display: "grid",
        gridTemplateColumns: "minmax(96px, 38%) 1fr",
        columnGap: tokens.spacingHorizontalS,
        textAlign: "start",
        justifyItems: "start",
      },
      "&[data-title]::before": {
        content: "attr(data-title)",
        color: tokens.colorNeutralForeground3,
        fontSize: tokens.fontSizeBase200,
      },
    },
  },
  end: { textAlign: "end", justifyContent: "flex-end" },
  wideOnly: { [narrow]: { display: "none !important" } },
  foot: { display: "flex", justifyContent: "center", padding: tokens.spacingVerticalS },
});

/** A virtualized table: only visible rows are in the document. In a narrow window each row is a card. */
export function DataGrid<Row>(props: Props<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    total,
    sort,
    onSort,
    onMore,
    loadingMore,
    selectedKey,
    maxHeight = "calc(100dvh - 260px)",
  } = props;
  const styles = useStyles();
  const scroller = useRef<HTMLDivElement>(null);
  const template = columns.map(({ width = "1fr" }) => (width.endsWith("fr") ? `minmax(0, ${width})` : width)).join(" ");

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 49,
    getItemKey: (index) => rowKey(rows[index]!),
    overscan: 8,
  });
  const items = virtual.getVirtualItems();

  const last = items.at(-1)?.index ?? -1;
  const atEnd = last >= rows.length - 10;
  useEffect(() => {
    if (atEnd && !loadingMore) onMore?.();
  }, [atEnd, loadingMore, onMore]);

  return (
    <div ref={scroller} className={styles.scroller} style={{ maxHeight }}>
      <div role="table" aria-label={label} aria-rowcount={(total ?? rows.length) + 1}>
        <div role="rowgroup" className={styles.head} style={{ gridTemplateColumns: "1fr" }}>
          <div
            role="row"
            aria-rowindex={1}
            className={styles.head}
            style={{ gridTemplateColumns: template, border: "none" }}
          >
            {columns.map((column) => (
              <ColumnHeader key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {items.map((item) => {
            const row = rows[item.index]!;
            const key = rowKey(row);
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={item.index}
                role="row"
                aria-rowindex={item.index + 2}
                className={mergeClasses(styles.row, key === selectedKey && styles.selected)}
                style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}
              >
                {columns.map((column, i) => (
                  <div
                    key={column.key}
                    role={i === 0 ? "rowheader" : "cell"}
                    data-title={i === 0 ? undefined : column.title}
                    className={mergeClasses(
                      styles.cell,
                      column.align && styles.end,
                      column.wideOnly && styles.wideOnly,
                    )}
                  >
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {loadingMore && (
        <div className={styles.foot}>
          <Spinner size="tiny" label={strings.common.loadingMore} />
        </div>
      )}
    </div>
  );
}

interface HeaderProps<Row> {
  column: Column<Row>;
  sort?: Sort;
  onSort?(sort: Sort): void;
}

function ColumnHeader<Row>({ column, sort, onSort }: HeaderProps<Row>) {
  const styles = useStyles();
  const sorted = sort?.column === column.key;
  const direction = sort?.descending ? "descending" : "ascending";
  const className = mergeClasses(styles.headCell, column.align && styles.end, column.wideOnly && styles.wideOnly);

  if (!column.sortable || !onSort) {
    return (
      <div role="columnheader" className={mergeClasses(className, styles.headText)}>
        {column.title}
      </div>
    );
  }

  return (
    <div role="columnheader" aria-sort={sorted ? direction : "none"} className={className}>
      <Button
        appearance="transparent"
        size="small"
        className={styles.sorter}
        iconPosition="after"
        icon={sorted ? sort.descending ? <ArrowDown12Regular /> : <ArrowUp12Regular /> : undefined}
        onClick={() => onSort({ column: column.key, descending: sorted && !sort.descending })}
      >
        {column.title}
      </Button>
    </div>
  );
}
