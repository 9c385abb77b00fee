export interface Sort {
  column: string;
  descending: boolean;
}

/** Reads a sort order from an address: a column's key, after a minus sign if it is descending. */
export const parseSort = (text: string): Sort => ({ column: text.replace(/^-/, ""), descending: text.startsWith("-") });

export const formatSort = ({ column, descending }: Sort) => (descending ? `-${column}` : column);

/** Compares values of a column. Numbers in texts compare by their value. */
export function compareValues(a: string | number, b: string | number): number {
  if (typeof a !== "number" || typeof b !== "number") {
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }
  if (a === b) return 0; // Infinity - Infinity is not a number.
  return a < b ? -1 : 1;
}

/** Sorts by a column, and rows with equal values by name. An unknown column means the name. */
export function sortRows<Row extends { name: string }>(
  rows: readonly Row[],
  keys: Record<string, (row: Row) => string | number>,
  { column, descending }: Sort,
): Row[] {
  const key = keys[column] ?? (({ name }: Row) => name);
  return [...rows].sort((a, b) => {
    const order = compareValues(key(a), key(b));
    return (descending ? -order : order) || compareValues(a.name, b.name);
  });
}
