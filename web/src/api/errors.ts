import type { CombinedError } from "urql";

import { strings } from "../strings";

/** Why a request failed, by what the user can do about it. */
export type RequestProblem =
  | { kind: "offline" }
  | { kind: "forbidden" }
  | { kind: "busy" }
  | { kind: "other"; message: string; requestId?: string };

export function classifyError(error: CombinedError): RequestProblem {
  const first = error.graphQLErrors[0];
  if (!first) return { kind: "offline" };
  switch (first.extensions.code) {
    case "FORBIDDEN":
      return { kind: "forbidden" };
    case "RATE_LIMITED":
    case "OVERLOADED":
    case "UNAVAILABLE":
      return { kind: "busy" };
    default: {
      const { requestId } = first.extensions;
      return {
        kind: "other",
        message: first.message,
        requestId: typeof requestId === "string" ? requestId : undefined,
      };
    }
  }
}

/** Says in a sentence or two what went wrong. */
export function errorText(error: CombinedError): string {
  const problem = classifyError(error);
  if (problem.kind !== "other") return strings.common[problem.kind];
  return problem.requestId ? `${problem.message} ${strings.common.request(problem.requestId)}` : problem.message;
}

/** Says why a mutation failed or was refused; undefined if it worked. */
export function mutationProblem(
  error: CombinedError | undefined,
  userErrors: readonly { message: string }[] | undefined,
): string | undefined {
  if (error) return errorText(error);
  return userErrors?.map(({ message }) => message).join(" ") || undefined;
}
