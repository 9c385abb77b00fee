import { expect, test } from "vitest";

import { appStates, type DraftProduct, moveProduct, setApps } from "./products";

const product = (id: string, ...off: string[]): DraftProduct => ({ id, name: id.toUpperCase(), off });
const ids = (products: readonly DraftProduct[]) => products.map(({ id }) => id);

test("a product moves to a position among the others", () => {
  const products = ["a", "b", "c"].map((id) => product(id));
  expect(ids(moveProduct(products, "a", 2))).toEqual(["b", "c", "a"]);
  expect(ids(moveProduct(products, "c", 0))).toEqual(["c", "a", "b"]);
  expect(ids(moveProduct(products, "x", 0))).toEqual(["a", "b", "c"]);
});

test("an app is on, off or mixed, and changes only in products that include it", () => {
  const apps = new Map([
    ["a", [{ id: "sway", name: "Sway" }]],
    [
      "b",
      [
        { id: "sway", name: "Sway" },
        { id: "yammer", name: "Yammer" },
      ],
    ],
  ]);
  const states = (products: readonly DraftProduct[]) =>
    appStates(products, apps).map(({ app, state, onIn }) => [app.id, state, onIn.join()]);
  const products = [product("a"), product("b", "yammer")];

  expect(states(products)).toEqual([
    ["sway", true, "A,B"],
    ["yammer", false, ""],
  ]);
  const mixed = setApps(products, apps, "a", ["sway", "yammer"], false);
  expect(mixed).toEqual([product("a", "sway"), product("b", "yammer")]);
  expect(states(mixed)[0]).toEqual(["sway", "mixed", "B"]);
  expect(states(setApps(mixed, apps, undefined, ["sway", "yammer"], true))).toEqual([
    ["sway", true, "A,B"],
    ["yammer", true, "B"],
  ]);
});
