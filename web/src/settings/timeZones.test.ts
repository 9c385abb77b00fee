import { expect, test } from "vitest";

import { matchingZones } from "./timeZones";

const zones = ["America/New_York", "Asia/Kathmandu", "Europe/Berlin", "Pacific/Auckland"];

test("time zones are found by parts of their names, and UTC is one of them", () => {
  expect(matchingZones("new york", zones)).toEqual(["America/New_York"]);
  expect(matchingZones("AUCK", zones)).toEqual(["Pacific/Auckland"]);
  expect(matchingZones("utc", zones)).toEqual(["UTC"]);
  expect(matchingZones("", zones)).toEqual(["UTC", ...zones]);
  expect(matchingZones("nowhere", zones)).toEqual([]);
});
