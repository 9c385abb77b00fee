import type { Sort } from "../components/DataGrid";
import type { PolicyRow } from "./usePolicies";

const keys: Record<string, (row: PolicyRow) => string | number> = {
  name: ({ name }) => name,
  app: ({ app }) => app.name,
  product: ({ products }) => products[0]?.product.name ?? "",
  available: ({ available }) => available,
  status: ({ enabled }) => (enabled ? 0 : 1),
};

/** The policies that a search finds, in order. Each word of it must be in the name, the app or a product. */
export function search(rows: readonly PolicyRow[], text: string): PolicyRow[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ name, app, products }) => {
    const all = [name, app.name, ...products.map(({ product }) => product.name)].join("\n").toLocaleLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export function sorted(rows: readonly PolicyRow[], { column, descending }: Sort): PolicyRow[] {
  const key = keys[column] ?? keys.name!;
  const compare = (a: PolicyRow, b: PolicyRow) => {
    const [x, y] = [key(a), key(b)];
    const order =
      typeof x === "number" && typeof y === "number"
        ? x - y
        : String(x).localeCompare(String(y), undefined, { numeric: true });
    return (descending ? -order : order) || a.name.localeCompare(b.name);
  };
  return [...rows].sort(compare);
}
