import { expect, test } from "vitest";

import { changedFields, formatValue } from "./changes";

test("a change of a policy names its fields like the form does", () => {
  const before = { id: "policy_1", version: 1, name: "Teams", enabled: true };
  const after = { id: "policy_1", version: 2, name: "Teams for all", enabled: false };
  expect(changedFields("policy_1", before, after)).toEqual([
    { field: "name", label: "Policy name", before: "Teams", after: "Teams for all" },
    { field: "enabled", label: "Policy status", before: "On", after: "Off" },
  ]);
});

test("a new object shows all its fields, except those that every change sets", () => {
  expect(
    changedFields("subscription_1", null, { id: "subscription_1", version: 1, quantity: 5, createdAt: "x" }),
  ).toEqual([{ field: "quantity", label: "Quantity", before: "None", after: "5" }]);
});

test("a field that did not change is left out, also if it is a list", () => {
  expect(changedFields("policy_1", { products: ["a"] }, { products: ["a"] })).toEqual([]);
});

test.each([
  [[], "None"],
  [true, "Yes"],
  [["a", "b"], "a; b"],
  [{ productId: "product_1", appsOff: [] }, "Product: product_1, Apps turned off: None"],
])("%o reads as %s", (value, text) => expect(formatValue(value)).toBe(text));
