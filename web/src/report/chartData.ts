import type { ReportTotalsQuery } from "../gql/graphql";
import { strings } from "../strings";

type Totals = ReportTotalsQuery["claimReport"];

export interface ChartSeries {
  id: string;
  name: string;
  color: string;
}

export interface ChartDay {
  /** As the API writes it: 2026-03-01. */
  day: string;
  total: number;
  /** The claims of each series, in their order. */
  counts: number[];
}

const most = 5; // More colors than these cannot be told apart.

/** Colors with a contrast of at least 3:1 to the page, in light and in dark. */
export const colors = [
  "light-dark(#0f6cbd, #479ef5)",
  "light-dark(#c4501b, #f5a26f)",
  "light-dark(#0b7a43, #59c38a)",
  "light-dark(#8152b5, #bb9be8)",
  "light-dark(#b4318a, #f08fd0)",
  "light-dark(#5c6670, #a5afb8)",
];

/** The claims of each day from the first to the last, also of those without any, by the most claimed products. */
export function chartDataOf({ since, until, byProduct, byDay }: Totals): { series: ChartSeries[]; days: ChartDay[] } {
  const shown = byProduct.slice(0, byProduct.length > most + 1 ? most : most + 1);
  const series = shown.map(({ product }, i) => ({ id: product.id, name: product.name, color: colors[i]! }));
  if (byProduct.length > shown.length)
    series.push({ id: "", name: strings.report.otherProducts, color: colors[most]! });

  const told = new Map(byDay.map((each) => [each.day, each]));
  const days: ChartDay[] = [];
  const end = until.slice(0, 10);
  for (let at = new Date(`${since.slice(0, 10)}T00:00:00Z`); ; at.setUTCDate(at.getUTCDate() + 1)) {
    const day = at.toISOString().slice(0, 10);
    const counts = series.map(() => 0);
    for (const { product, claims } of told.get(day)?.byProduct ?? []) {
      const place = series.findIndex(({ id }) => id === product.id);
      counts[place < 0 ? series.length - 1 : place]! += claims;
    }
    days.push({ day, total: told.get(day)?.claims ?? 0, counts });
    if (day >= end) return { series, days };
  }
}

/** A scale that ends at or above a number: its steps are 1, 2 or 5 with zeros. */
export function axisTicks(max: number): number[] {
  const top = Math.max(1, max);
  const rough = Math.max(1, top / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!;
  const marks = [];
  for (let mark = 0; mark < top + step; mark += step) marks.push(mark);
  return marks;
}
