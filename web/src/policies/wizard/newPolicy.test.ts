import { expect, test } from "vitest";

import { emptyPolicy, isComplete, lastReachable } from "./newPolicy";
import { steps } from "./steps";

const named = { ...emptyPolicy, name: "Teams" };
const withApp = { ...named, app: { id: "teams", name: "Microsoft Teams" } };
const ready = { ...withApp, products: [{ id: "e3", name: "Microsoft 365 E3", off: [] }] };

test("the wizard opens each step once all steps before it are complete", () => {
  expect(steps[lastReachable(emptyPolicy)]).toBe("name");
  expect(steps[lastReachable(named)]).toBe("products");
  expect(steps[lastReachable(withApp)]).toBe("products");
  expect(steps[lastReachable(ready)]).toBe("review");
});

test("a name that another policy has holds the wizard on its first step", () => {
  expect(isComplete("name", named, ["TEAMS"])).toBe(false);
  expect(isComplete("name", named, ["Sales"])).toBe(true);
});

test("a new policy is on unless the admin turns it off", () => {
  expect(emptyPolicy.enabled).toBe(true);
});
