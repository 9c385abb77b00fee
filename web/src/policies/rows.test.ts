import { expect, test } from "vitest";

import { availableUnder, type PolicyRow, search, sorted } from "./rows";

const policy = (name: string, app: string, available = 0): PolicyRow => ({
  id: name,
  name,
  enabled: true,
  app: { id: app, name: app },
  products: [
    { position: 0, includesApp: true, availableLicenses: available, product: { id: "e3", name: "Microsoft 365 E3" } },
  ],
  available,
});
const rows = [policy("Sales 10", "Teams", 5), policy("Sales 9", "Teams", 7), policy("Drawing", "Visio", 5)];
const names = (found: readonly PolicyRow[]) => found.map(({ name }) => name);

test("a search finds policies that have all its words in their name, app or products", () => {
  expect(names(search(rows, "TEAMS 10"))).toEqual(["Sales 10"]);
  expect(names(search(rows, "e3 visio"))).toEqual(["Drawing"]);
  expect(names(search(rows, "  "))).toHaveLength(3);
  expect(names(search(rows, "teams visio"))).toEqual([]);
});

test("policies sort by a column, then by name, and numbers in names sort by value", () => {
  expect(names(sorted(rows, { column: "name", descending: false }))).toEqual(["Drawing", "Sales 9", "Sales 10"]);
  expect(names(sorted(rows, { column: "available", descending: true }))).toEqual(["Sales 9", "Drawing", "Sales 10"]);
  expect(names(sorted(rows, { column: "nonsense", descending: false }))[0]).toBe("Drawing");
});

test("a product that no longer includes the app adds nothing, even if its licenses change", () => {
  const product = (id: string, includesApp: boolean, availableLicenses: number) => ({
    position: 0,
    includesApp,
    availableLicenses,
    product: { id, name: id },
  });
  const made = { ...policy("Sales", "Teams"), products: [product("e3", false, 0), product("e1", true, 3)] };

  expect(availableUnder(made, new Map())).toBe(3);
  expect(availableUnder(made, new Map([["e3", 5]]))).toBe(3);
  expect(availableUnder(made, new Map([["e1", 2]]))).toBe(2);
});
