import { expect, test } from "vitest";

import { secondaryName, userName } from "./userNames";

const user = (displayName: string, email: string) => ({ displayName, email, externalId: "u-1" });

test("a user goes by display name, else by email, else by user ID", () => {
  expect(userName(user("Ann", "ann@example.com"))).toBe("Ann");
  expect(userName(user("", "ann@example.com"))).toBe("ann@example.com");
  expect(userName(user("", ""))).toBe("u-1");
});

test("a second name tells users with the same name apart", () => {
  expect(secondaryName(user("Ann", "ann@example.com"))).toBe("ann@example.com");
  expect(secondaryName(user("", "ann@example.com"))).toBe("u-1");
  expect(secondaryName(user("", ""))).toBe("");
});
