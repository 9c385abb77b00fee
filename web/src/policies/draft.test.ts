import { describe, expect, test } from "vitest";

import type { PolicyStateFragment } from "../gql/graphql";
import { changedInput, differences, draftInput, draftOf, emptyDraft, isValid, merge, sameDraft } from "./draft";
import { type Draft, policyFields } from "./fields";
import type { DraftProduct } from "./products";

const product = (id: string, ...off: string[]): DraftProduct => ({ id, name: id.toUpperCase(), off });
const draft = (change: Partial<Draft> = {}): Draft => ({
  ...emptyDraft,
  name: "Teams",
  enabled: true,
  products: [product("a"), product("b", "yammer")],
  ...change,
});

describe("merging keeps what I changed, and takes everything else from the other admin", () => {
  const base = draft();

  test.each<[string, Draft, Draft, Draft]>([
    [
      "a name and a status",
      draft({ name: "Mine" }),
      draft({ enabled: false }),
      draft({ name: "Mine", enabled: false }),
    ],
    ["a name that both changed", draft({ name: "Mine" }), draft({ name: "Theirs" }), draft({ name: "Mine" })],
    [
      "changes by the other admin alone",
      draft(),
      draft({ name: "Theirs", products: [product("b")] }),
      draft({ name: "Theirs", products: [product("b")] }),
    ],
    [
      "the order and the apps of products, separately",
      draft({ products: [product("b", "yammer"), product("a")] }),
      draft({ products: [product("a", "sway"), product("b", "yammer")] }),
      draft({ products: [product("b", "yammer"), product("a", "sway")] }),
    ],
    [
      "the apps of each product, separately",
      draft({ products: [product("a", "sway"), product("b", "yammer")] }),
      draft({ products: [product("a"), product("b")] }),
      draft({ products: [product("a", "sway"), product("b")] }),
    ],
    [
      "a product that I added and one that they removed",
      draft({ products: [product("a"), product("b", "yammer"), product("c", "sway")] }),
      draft({ products: [product("b", "yammer")] }),
      draft({ products: [product("a"), product("b", "yammer"), product("c", "sway")] }),
    ],
  ])("%s", (_, mine, theirs, merged) => {
    expect(merge(base, mine, theirs)).toEqual(merged);
  });
});

test("a conflict lists what the other admin changed, and my value where I changed it too", () => {
  const mine = draft({ enabled: false, products: [product("b", "yammer"), product("a")] });
  const theirs = draft({ name: "Theirs", products: [product("b"), product("a"), product("c")] });

  const found = differences(draft(), mine, theirs, (id) => `app ${id}`).map(({ key: _, ...shown }) => shown);
  expect(found).toEqual([
    { label: "Policy name", before: "Teams", now: "Theirs", mine: undefined },
    { label: "Products", before: "1. A\n2. B", now: "1. B\n2. A\n3. C", mine: "1. B\n2. A" },
    { label: "Apps of B", before: "Off: app yammer", now: "All on", mine: undefined },
  ]);
});

test("an update sends the changed fields only", () => {
  expect(changedInput(draft(), draft())).toEqual({});
  expect(changedInput(draft(), draft({ name: "  Teams " }))).toEqual({});
  expect(changedInput(draft(), draft({ enabled: false }))).toEqual({ enabled: false });
  expect(changedInput(draft(), draft({ products: [product("a", "sway")] }))).toEqual({
    products: [{ productId: "a", appsOff: ["sway"] }],
  });
});

test("a new policy sends every field", () => {
  expect(Object.keys(draftInput(draft()))).toEqual(Object.keys(policyFields));
});

test("a policy that was just read has no changes", () => {
  const app = (id: string) => ({ id, name: id });
  const policy: PolicyStateFragment = {
    id: "policy_1",
    version: 1,
    updatedAt: "2026-03-01T10:00:00Z",
    deletedAt: null,
    name: "Teams",
    enabled: false,
    app: app("teams"),
    products: [
      {
        position: 0,
        includesApp: true,
        availableLicenses: 3,
        product: app("a"),
        appToggles: [
          { state: "ON", app: app("teams") },
          { state: "OFF", app: app("sway") },
        ],
      },
    ],
  };
  expect(draftOf(policy)).toMatchObject({ name: "Teams", enabled: false, products: [{ id: "a", off: ["sway"] }] });
  expect(sameDraft(draftOf(policy), draftOf(policy))).toBe(true);
});

test("a policy needs a name of at most 100 characters that no other policy has", () => {
  const problem = (name: string, ...otherNames: string[]) => policyFields.name.validate(name, { otherNames });
  expect(problem("  ")).toBe("Enter a name.");
  expect(problem("x".repeat(100))).toBeUndefined();
  expect(problem("🙂".repeat(100))).toBeUndefined();
  expect(problem("x".repeat(101))).toBe("1 character too long. The limit is 100.");
  expect(problem(" TEAMS ", "Teams")).toBe("Another policy has this name. Enter a different name.");
  expect(isValid(draft({ name: "" }), { otherNames: [] })).toBe(false);
});
