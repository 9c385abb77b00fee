import { expect, test } from "vitest";

import { addLiveClaims } from "./claims";

const claim = (id: string, user: string, minute: number) => ({
  id,
  claimedAt: new Date(Date.UTC(2026, 2, 1, 9, minute)).toISOString(),
  position: 0,
  stillHeld: true,
  user: { id: user, displayName: user, email: "", externalId: user },
  policy: { id: "policy_1", name: "Teams", deletedAt: null },
  product: { id: "e3", name: "Microsoft 365 E3" },
});
const read = [claim("c2", "Bob", 2), claim("c1", "Ann", 1)];
const ids = (claims: readonly { id: string }[]) => claims.map(({ id }) => id);

test("a live claim appears once, newest first", () => {
  expect(ids(addLiveClaims([claim("c3", "Cleo", 3), claim("c2", "Bob", 2)], read, ""))).toEqual(["c3", "c2", "c1"]);
});

test("a live claim that the search does not match stays hidden", () => {
  expect(addLiveClaims([claim("c3", "Cleo", 3)], read, "ann")).toBe(read);
  expect(ids(addLiveClaims([claim("c3", "Joanna", 3)], read, " ANN "))).toEqual(["c3", "c2", "c1"]);
});
