import { afterEach, expect, test } from "vitest";

import { formatDate, formatDateTime, formatDay, setTimeZone } from "./format";

afterEach(() => void setTimeZone("UTC"));

const evening = "2026-03-10T22:30:00Z";

test("times are in the time zone of the tenant, and days are the same everywhere", () => {
  expect(setTimeZone("Pacific/Auckland")).toBe("Pacific/Auckland");
  expect(formatDate(evening)).toContain("11");
  expect(formatDateTime(evening)).toContain("11:30");
  expect(formatDay("2026-03-10")).toContain("10");

  setTimeZone("Asia/Kathmandu");
  expect(formatDateTime(evening)).toContain("4:15");
  setTimeZone("America/New_York");
  expect(formatDate(evening)).toContain("10");
  expect(formatDay("2026-03-10")).toContain("10");
});

test("a time zone that the browser doesn't know is UTC", () => {
  expect(setTimeZone("Mars/Olympus_Mons")).toBe("UTC");
  expect(formatDateTime(evening)).toContain("10:30");
});
