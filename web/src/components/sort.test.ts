import { expect, test } from "vitest";

import { formatSort, parseSort } from "./sort";

test.each(["name", "-name"])("the address keeps the sort order %s", (text) =>
  expect(formatSort(parseSort(text))).toBe(text),
);
