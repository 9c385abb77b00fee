import { expect, test } from "vitest";

import { plural } from "./plural";

test("a text uses the plural form of its number", () => {
  const licenses = { one: "# license", other: "# licenses" };
  expect(plural(1, licenses)).toBe("1 license");
  expect(plural(0, licenses)).toBe("0 licenses");
  expect(plural(2, licenses)).toBe("2 licenses");
});
