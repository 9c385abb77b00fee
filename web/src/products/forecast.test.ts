import { describe, expect, test } from "vitest";

import { claimRates, runOutOf, runOutTime } from "./forecast";

const day = 86_400_000;
const now = Date.parse("2026-03-31T00:00:00Z");
const claims = (on: string, product: string, count: number) => ({
  day: on,
  byProduct: [{ claims: count, product: { id: product } }],
});

describe("the rate of claims", () => {
  const rates = claimRates({
    until: "2026-03-31T00:00:00Z",
    byDay: [claims("2026-03-30", "new", 14), claims("2026-03-21", "old", 12), claims("2026-03-11", "old", 8)],
  });

  test("counts from the first day with a claim", () => expect(rates.get("old")).toBe(1));
  test("counts a week at least", () => expect(rates.get("new")).toBe(2));
  test("is empty without a report", () => expect(claimRates(undefined).size).toBe(0));
});

describe("licenses run out", () => {
  const pool = (available: number) => ({ total: 100, assigned: 100 - available, available });

  test("after the days that the rate needs", () => expect(runOutTime(pool(10), 2, now)).toBe(now + 5 * day));
  test("now, if none is left", () => expect(runOutTime(pool(0), 0, now)).toBe(0));
  test("never, without claims or without a pool", () => {
    expect(runOutTime(pool(10), 0, now)).toBe(Infinity);
    expect(runOutTime(null, 2, now)).toBe(Infinity);
  });

  test.each([
    [0, "empty"],
    [now + 13 * day, "soon"],
    [now + 15 * day, "later"],
    [now + 366 * day, "in over a year"],
    [Infinity, "never"],
  ])("%d is %s", (time, expected) => expect(runOutOf(time, now)).toBe(expected));
});
