import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { type DocumentNode, print } from "graphql";
import { createClient } from "graphql-sse";

/** A top-level error of the API, as docs/api.md lists them by code. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    /** What the operator can find in the server's log. */
    readonly requestId?: string,
    /** Seconds to wait before the next try, if the server said so. */
    readonly retryAfter?: number,
  ) {
    super(`${code}: ${message}`);
  }

  /** Whether the same request may succeed a moment later. */
  get temporary(): boolean {
    return ["RATE_LIMITED", "OVERLOADED", "UNAVAILABLE", "NETWORK"].includes(this.code);
  }
}

export interface ClientOptions {
  /** The server, such as https://autoclaim.example.com. */
  url: string;
  /** Returns the caller's token; it is asked for each try, so it may fetch a fresh one. */
  token: () => string | Promise<string>;
  /** How long one try may take; 2 seconds if left out. */
  timeoutMs?: number;
  /** Sends operations by their hash, for a server that runs trusted documents alone. */
  trusted?: boolean;
}

interface Answer<Result> {
  data?: Result | null;
  errors?: { message: string; extensions?: { code?: string; requestId?: string } }[];
}

export class Client {
  constructor(private readonly options: ClientOptions) {}

  /** Sends an operation once. */
  async send<Result, Variables>(document: TypedDocumentNode<Result, Variables>, variables: Variables): Promise<Result> {
    const { url, token, timeoutMs = 2000 } = this.options;

    let response: Response;
    let answer: Answer<Result>;
    try {
      response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${await token()}`,
          "content-type": "application/json",
          accept: "application/graphql-response+json, application/json;q=0.9",
        },
        body: JSON.stringify({ ...this.operation(document), variables }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      answer = (await response.json()) as Answer<Result>;
    } catch (error) {
      throw new ApiError(String(error), "NETWORK");
    }

    const [first] = answer.errors ?? [];
    if (first || !answer.data) {
      const wait = Number(response.headers.get("retry-after"));
      throw new ApiError(
        first?.message ?? `HTTP ${response.status}`,
        first?.extensions?.code ?? "INTERNAL",
        response.headers.get("x-request-id") ?? undefined,
        wait > 0 ? wait : undefined,
      );
    }
    return answer.data;
  }

  /**
   * Sends an operation until it is answered, a few times at most. For operations that may be repeated without
   * harm: all queries, and claimLicense.
   */
  async repeat<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
    tries = 4,
  ): Promise<Result> {
    for (let left = tries - 1, pause = 100; ; left--, pause *= 2) {
      try {
        return await this.send(document, variables);
      } catch (error) {
        if (!(error instanceof ApiError) || !error.temporary || left <= 0) throw error;
        // Clients that failed together must not come back together.
        const wait = error.retryAfter ? error.retryAfter * 1000 : pause * (0.5 + Math.random());
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private operation(document: DocumentNode): { query: string } | { documentId: string } {
    const { hash } = (document as { __meta__?: { hash?: string } }).__meta__ ?? {};
    return this.options.trusted && hash ? { documentId: hash } : { query: print(document) };
  }

  /** Follows a subscription by server-sent events until the loop over it is left. */
  async *follow<Result, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
  ): AsyncGenerator<Result> {
    const { url, token } = this.options;
    const client = createClient({
      url: `${url}/graphql`,
      headers: async () => ({ authorization: `Bearer ${await token()}` }),
      retryAttempts: 0,
    });
    try {
      const request = { query: "", ...this.operation(document), variables };
      for await (const { data, errors } of client.iterate<Result>(request)) {
        const [first] = errors ?? [];
        if (first) throw new ApiError(first.message, String(first.extensions?.["code"]));
        if (data) yield data;
      }
    } finally {
      client.dispose();
    }
  }
}

/** Ends the program with the reasons if a rule refused a change. */
export function accepted<Payload extends { userErrors: { message: string; path: string[] }[] }>(payload: Payload): Payload {
  if (payload.userErrors.length > 0) {
    throw new Error(payload.userErrors.map((error) => `${error.path.join(".")}: ${error.message}`).join("\n"));
  }
  return payload;
}
