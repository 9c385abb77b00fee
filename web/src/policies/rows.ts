import { type Sort, sortRows } from "../components/sort";
import type { PoliciesQuery } from "../gql/graphql";

type Policy = PoliciesQuery["policies"]["nodes"][number];

export interface PolicyRow extends Policy {
  /** The licenses that users can still claim under the policy. */
  available: number;
}

/** Adds up the licenses that users can still claim. left has the products whose licenses changed since they were read. */
export const availableUnder = ({ products }: Policy, left: ReadonlyMap<string, number>): number =>
  products
    .filter(({ includesApp }) => includesApp)
    .reduce((sum, { product, availableLicenses }) => sum + (left.get(product.id) ?? availableLicenses), 0);

const sortKeys: Record<string, (row: PolicyRow) => string | number> = {
  name: ({ name }) => name,
  app: ({ app }) => app.name,
  product: ({ products }) => products[0]?.product.name ?? "",
  available: ({ available }) => available,
  status: ({ enabled }) => (enabled ? 0 : 1),
};

export const sorted = (rows: readonly PolicyRow[], sort: Sort) => sortRows(rows, sortKeys, sort);

/** Returns the policies that have each word of the text in their name, app or products, in any case. */
export function search(rows: readonly PolicyRow[], text: string): PolicyRow[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ name, app, products }) => {
    const all = [name, app.name, ...products.map(({ product }) => product.name)].join("\n").toLocaleLowerCase();
    return words.every((word) => all.includes(word));
  });
}
