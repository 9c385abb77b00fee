import type { ReportTotalsQuery } from "../gql/graphql";
import { strings } from "../strings";

type Totals = ReportTotalsQuery["claimReport"];

export interface ChartSeries {
  id: string;
  name: string;
  color: string;
}

export interface ChartDay {
  /** In the tenant's time zone, as YYYY-MM-DD. */
  day: string;
  total: number;
  /** The claims of each series, in the order of the series. */
  counts: number[];
}

const maxProducts = 5; // More colors are hard to tell apart.

/** Colors with a contrast of at least 3:1 to the page, in the light and the dark theme. */
export const colors = [
  "light-dark(#0f6cbd, #479ef5)",
  "light-dark(#c4501b, #f5a26f)",
  "light-dark(#0b7a43, #59c38a)",
  "light-dark(#8152b5, #bb9be8)",
  "light-dark(#b4318a, #f08fd0)",
  "light-dark(#5c6670, #a5afb8)",
];

/**
 * Returns the claims of every day of the period, split by the products with the most claims. The other products share
 * one series, and days without claims have zeros.
 */
export function chartDataOf({ firstDay, lastDay, byProduct, byDay }: Totals): {
  series: ChartSeries[];
  days: ChartDay[];
} {
  const shown = byProduct.slice(0, byProduct.length > maxProducts + 1 ? maxProducts : maxProducts + 1);
  const series = shown.map(({ product }, i) => ({ id: product.id, name: product.name, color: colors[i]! }));
  if (byProduct.length > shown.length)
    series.push({ id: "", name: strings.report.otherProducts, color: colors[maxProducts]! });

  const claimsByDay = new Map(byDay.map((each) => [each.day, each]));
  const days: ChartDay[] = [];
  for (const at = new Date(`${firstDay}T00:00:00Z`); ; at.setUTCDate(at.getUTCDate() + 1)) {
    const day = at.toISOString().slice(0, 10);
    const counts = series.map(() => 0);
    for (const { product, claims } of claimsByDay.get(day)?.byProduct ?? []) {
      const place = series.findIndex(({ id }) => id === product.id);
      counts[place < 0 ? series.length - 1 : place]! += claims;
    }
    days.push({ day, total: claimsByDay.get(day)?.claims ?? 0, counts });
    if (day >= lastDay) return { series, days };
  }
}

/** Returns the ticks of an axis that ends at or above a number. The step is 1, 2 or 5 times a power of ten. */
export function axisTicks(max: number): number[] {
  const top = Math.max(1, max);
  const rough = Math.max(1, top / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!;
  const marks = [];
  for (let mark = 0; mark < top + step; mark += step) marks.push(mark);
  return marks;
}
