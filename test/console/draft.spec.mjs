// How a policy is edited, and how two people's changes of it come together: functions without a browser.
import { moveProduct, nameProblem, setApps, appStates } from "../../web/src/policies/draft";
import { differences, merge } from "../../web/src/policies/merge";
import { expect, test } from "@playwright/test";

const product = (id, ...off) => ({ id, name: id.toUpperCase(), off });
const draft = (change = {}) => ({
  name: "Teams",
  enabled: true,
  products: [product("a"), product("b", "yammer")],
  ...change,
});
const ids = ({ products }) => products.map(({ id }) => id);

test.describe("merging keeps what I changed, and takes all else from the other", () => {
  const base = draft();

  for (const [what, mine, theirs, merged] of [
    ["names", draft({ name: "Mine" }), draft({ enabled: false }), draft({ name: "Mine", enabled: false })],
    ["both of a thing", draft({ name: "Mine" }), draft({ name: "Theirs" }), draft({ name: "Mine" })],
    [
      "nothing of mine",
      draft(),
      draft({ name: "Theirs", products: [product("b")] }),
      draft({ name: "Theirs", products: [product("b")] }),
    ],
    [
      "order and apps by themselves",
      draft({ products: [product("b", "yammer"), product("a")] }),
      draft({ products: [product("a", "sway"), product("b", "yammer")] }),
      draft({ products: [product("b", "yammer"), product("a", "sway")] }),
    ],
    [
      "apps of each product by themselves",
      draft({ products: [product("a", "sway"), product("b", "yammer")] }),
      draft({ products: [product("a"), product("b")] }),
      draft({ products: [product("a", "sway"), product("b")] }),
    ],
    [
      "a product that I added, whatever they removed",
      draft({ products: [product("a"), product("b", "yammer"), product("c", "sway")] }),
      draft({ products: [product("b", "yammer")] }),
      draft({ products: [product("a"), product("b", "yammer"), product("c", "sway")] }),
    ],
  ]) {
    test(what, () => expect(merge(base, mine, theirs)).toEqual(merged));
  }
});

test("differences tell what they changed, and where I did too", () => {
  const mine = draft({ enabled: false, products: [product("b", "yammer"), product("a")] });
  const theirs = draft({ name: "Theirs", products: [product("b"), product("a"), product("c")] });

  expect(differences(draft(), mine, theirs, (id) => `app ${id}`)).toEqual([
    { what: "Name", before: "Teams", now: "Theirs", mine: undefined },
    { what: "Products", before: "1. A\n2. B", now: "1. B\n2. A\n3. C", mine: "1. B\n2. A" },
    { what: "Apps of B", before: "Off: app yammer", now: "All on", mine: undefined },
  ]);
});

test("a product moves to a place among the others", () => {
  const products = ["a", "b", "c"].map((id) => product(id));
  expect(ids({ products: moveProduct(products, "a", 2) })).toEqual(["b", "c", "a"]);
  expect(ids({ products: moveProduct(products, "c", 0) })).toEqual(["c", "a", "b"]);
  expect(ids({ products: moveProduct(products, "x", 0) })).toEqual(["a", "b", "c"]);
});

test("an app of several products is on, off or mixed, and is set in those alone that include it", () => {
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
  const state = (products) =>
    appStates(products, apps).map(({ app, state: is, givenWith }) => [app.id, is, givenWith.join()]);
  const products = draft().products;

  expect(state(products)).toEqual([
    ["sway", true, "A,B"],
    ["yammer", false, ""],
  ]);
  const mixed = setApps(products, apps, "a", ["sway", "yammer"], false);
  expect(mixed).toEqual([product("a", "sway"), product("b", "yammer")]);
  expect(state(mixed)[0]).toEqual(["sway", "mixed", "B"]);
  expect(state(setApps(mixed, apps, undefined, ["sway", "yammer"], true))).toEqual([
    ["sway", true, "A,B"],
    ["yammer", true, "B"],
  ]);
});

test("a name is checked as one types", () => {
  expect(nameProblem("  ", [])).toBe("required");
  expect(nameProblem("x".repeat(100), [])).toBeUndefined();
  expect(nameProblem("🙂".repeat(100), [])).toBeUndefined();
  expect(nameProblem("x".repeat(101), [])).toBe("tooLong");
  expect(nameProblem(" TEAMS ", ["Teams"])).toBe("taken");
});
