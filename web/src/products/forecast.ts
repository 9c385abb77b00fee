// How fast licenses of each product are claimed, and when the product runs out at that rate.
import type { ClaimRatesQuery, ProductsQuery } from "../gql/graphql";

export type Pool = NonNullable<ProductsQuery["products"]["nodes"][number]["pool"]>;

const dayLength = 86_400_000;
const shortestPeriod = 7;

/**
 * Returns the claims per day of each product: its claims of the past 30 days, divided by the days since the first
 * of them. The divisor is at least a week, because a product that was first claimed yesterday has no meaningful
 * rate yet.
 */
export function claimRates(report: ClaimRatesQuery["claimReport"] | undefined): ReadonlyMap<string, number> {
  const claimed = new Map<string, { claims: number; firstDay: string }>();
  for (const { day, byProduct } of report?.byDay ?? []) {
    for (const { product, claims } of byProduct) {
      // The report starts with the latest day, so the last day seen is the first day of claims.
      claimed.set(product.id, { claims: (claimed.get(product.id)?.claims ?? 0) + claims, firstDay: day });
    }
  }
  const until = Date.parse(report?.until ?? "");
  return new Map(
    [...claimed].map(([id, { claims, firstDay }]) => [
      id,
      claims / Math.max(shortestPeriod, (until - Date.parse(firstDay)) / dayLength),
    ]),
  );
}

/**
 * Returns when the pool runs out at a rate of claims per day, in milliseconds since 1970: 0 if it is empty now,
 * Infinity if it never runs out.
 */
export function runOutTime(pool: Pool | null | undefined, rate: number, now = Date.now()): number {
  if (!pool || (pool.available > 0 && rate === 0)) return Infinity;
  return pool.available === 0 ? 0 : now + (pool.available / rate) * dayLength;
}

export type RunOut = "empty" | "soon" | "later" | "in over a year" | "never";

const soon = 14 * dayLength;
const year = 365 * dayLength;

/** Says how far away a time of runOutTime is. */
export function runOutOf(time: number, now = Date.now()): RunOut {
  if (time === 0) return "empty";
  if (time === Infinity) return "never";
  if (time - now > year) return "in over a year";
  return time - now < soon ? "soon" : "later";
}
