import { expect, test } from "vitest";

import { defaultDays, periodOf, periodOptions } from "./period";

test("an address names a period by its days, and any other text means 90 days", () => {
  expect(periodOf("7")).toBe("PAST_7_DAYS");
  expect(periodOf("")).toBe("PAST_90_DAYS");
  expect(periodOf("365")).toBe("PAST_90_DAYS");
});

test("every period that can be chosen exists", () => {
  expect(periodOptions.map(({ value }) => periodOf(value))).toEqual([
    "PAST_1_DAY",
    "PAST_7_DAYS",
    "PAST_30_DAYS",
    "PAST_90_DAYS",
  ]);
  expect(periodOptions.some(({ value }) => value === defaultDays)).toBe(true);
});
