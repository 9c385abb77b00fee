import { CombinedError } from "@urql/core";
import { expect, test } from "vitest";

import { classifyError, errorText, mutationProblem } from "./errors";

const error = (message: string, extensions: Record<string, unknown>) =>
  new CombinedError({ graphQLErrors: [{ message, extensions }] });

test("an error without a reply from the server means that the server cannot be reached", () => {
  expect(classifyError(new CombinedError({ networkError: new Error("refused") })).kind).toBe("offline");
});

test.each([
  ["FORBIDDEN", "forbidden"],
  ["RATE_LIMITED", "busy"],
  ["OVERLOADED", "busy"],
  ["UNAVAILABLE", "busy"],
  ["INTERNAL", "other"],
])("%s is %s", (code, kind) => expect(classifyError(error("", { code })).kind).toBe(kind));

test("an unexpected error shows its request ID", () => {
  expect(errorText(error("Broken.", { code: "INTERNAL", requestId: "r-1" }))).toMatch(/^Broken\. .*r-1$/);
});

test("a refused change says why, and a change that worked says nothing", () => {
  expect(mutationProblem(undefined, [{ message: "One." }, { message: "Two." }])).toBe("One. Two.");
  expect(mutationProblem(undefined, [])).toBeUndefined();
});
