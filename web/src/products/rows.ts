import type { Sort } from "../components/DataGrid";
import type { ClaimRatesQuery, ProductsQuery } from "../gql/graphql";

type Node = ProductsQuery["products"]["nodes"][number];
export type Pool = NonNullable<Node["pool"]>;

export interface ProductRow extends Node {
  /** Claims a day of late; 0 if there were none. */
  rate: number;
  /** When there will be none left at this rate, in milliseconds since 1970; never is infinite, and now is 0. */
  runsOut: number;
}

const dayLength = 86_400_000;
const shortest = 7;

/**
 * Claims a day of each product: those of the past 30 days, divided by the days since the first of them. A product
 * that began to be claimed yesterday has no rate yet, so a week is the least that counts.
 */
export function claimRates(report: ClaimRatesQuery["claimReport"] | undefined): ReadonlyMap<string, number> {
  const rates = new Map<string, { claims: number; first: string }>();
  for (const { day, byProduct } of report?.byDay ?? []) {
    for (const { product, claims } of byProduct) {
      const before = rates.get(product.id);
      rates.set(product.id, { claims: (before?.claims ?? 0) + claims, first: day }); // The latest day is the first told.
    }
  }
  const until = Date.parse(report?.until ?? "");
  return new Map(
    [...rates].map(([id, { claims, first }]) => [
      id,
      claims / Math.max(shortest, (until - Date.parse(first)) / dayLength),
    ]),
  );
}

export function runOutTime(pool: Pool | null | undefined, rate: number, now = Date.now()): number {
  if (!pool || (pool.available > 0 && rate === 0)) return Infinity;
  return pool.available === 0 ? 0 : now + (pool.available / rate) * dayLength;
}

const full = ({ pool }: ProductRow) => (!pool || pool.total === 0 ? -1 : pool.assigned / pool.total);

const keys: Record<string, (row: ProductRow) => string | number> = {
  name: ({ name }) => name,
  used: full,
  available: ({ pool }) => pool?.available ?? -1,
  runsOut: ({ runsOut }) => runsOut,
};

export function sorted(rows: readonly ProductRow[], { column, descending }: Sort): ProductRow[] {
  const key = keys[column] ?? keys.name!;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    const order =
      typeof x === "number" && typeof y === "number"
        ? x === y
          ? 0
          : x < y
            ? -1
            : 1
        : String(x).localeCompare(String(y), undefined, { numeric: true });
    return (descending ? -order : order) || a.name.localeCompare(b.name, undefined, { numeric: true });
  });
}
