import type { CombinedError } from "urql";

/** What one can do about an error decides how it is shown. */
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
