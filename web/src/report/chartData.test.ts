import { expect, test } from "vitest";

import { axisTicks, chartDataOf } from "./chartData";

const product = (id: string) => ({ id, name: id.toUpperCase() });
const report = (products: string[], byDay: Parameters<typeof chartDataOf>[0]["byDay"] = []) => ({
  since: "2026-02-26T11:00:00Z",
  until: "2026-03-01T22:00:00Z",
  timeZone: "Pacific/Auckland",
  firstDay: "2026-02-27",
  lastDay: "2026-03-02",
  totalClaims: 0,
  byPolicy: [],
  missedClaims: { totalCount: 0 },
  byProduct: products.map((id) => ({ claims: 1, product: product(id) })),
  byDay,
});

test("the chart has every day of the period in the tenant's time zone, also days without claims", () => {
  const { days } = chartDataOf(
    report(["a", "b"], [{ day: "2026-03-01", claims: 3, byProduct: [{ claims: 3, product: product("b") }] }]),
  );
  expect(days.map(({ day, total, counts }) => [day, total, counts])).toEqual([
    ["2026-02-27", 0, [0, 0]],
    ["2026-02-28", 0, [0, 0]],
    ["2026-03-01", 3, [0, 3]],
    ["2026-03-02", 0, [0, 0]],
  ]);
});

test("the chart shows six products, or five and the rest together", () => {
  const names = (products: string[]) => chartDataOf(report(products)).series.map(({ name }) => name);
  expect(names(["a", "b", "c", "d", "e", "f"])).toEqual(["A", "B", "C", "D", "E", "F"]);
  expect(names(["a", "b", "c", "d", "e", "f", "g"])).toEqual(["A", "B", "C", "D", "E", "Other products"]);

  const { days } = chartDataOf(
    report(
      ["a", "b", "c", "d", "e", "f", "g"],
      [{ day: "2026-03-01", claims: 2, byProduct: ["f", "g"].map((id) => ({ claims: 1, product: product(id) })) }],
    ),
  );
  expect(days[2]!.counts).toEqual([0, 0, 0, 0, 0, 2]);
});

test.each([
  [0, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [100, [0, 50, 100]],
])("the axis for up to %d claims has round ticks", (max, ticks) => expect(axisTicks(max)).toEqual(ticks));
