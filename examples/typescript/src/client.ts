import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { type DocumentNode, print } from "graphql";
import { createClient } from "graphql-sse";

/** A top-level error of the API. docs/api.md lists the codes. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    /** The id of the request in the server's log. */
    readonly requestId?: string,
    /** The time to wait before a retry in seconds, if the server sent one. */
    readonly retryAfter?: number,
  ) {
    super(`${code}: ${message}`);
  }

  /** Whether a retry may succeed. */
  get temporary(): boolean {
    return ["RATE_LIMITED", "OVERLOADED", "UNAVAILABLE", "NETWORK"].includes(this.code);
  }
}

export interface ClientOptions {
  /** The URL of the server. Example: https://autoclaim.example.com. */
  url: string;
  /** Returns the caller's token. It is called for each attempt, so it can refresh the token. */
  token: () => string | Promise<string>;
  /** The time limit of one attempt in milliseconds. The default is 2,000. */
  timeoutMs?: number;
  /** Sends operations by their hash, for a server that accepts only trusted documents. */
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
   * Sends an operation, with retries after temporary errors. Use it only for operations that are safe to repeat: all
   * queries, and claimLicense.
   */
  async sendWithRetries<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
    maxAttempts = 4,
  ): Promise<Result> {
    for (let attempt = 1, backoff = 100; ; attempt++, backoff *= 2) {
      try {
        return await this.send(document, variables);
      } catch (error) {
        if (!(error instanceof ApiError) || !error.temporary || attempt >= maxAttempts) throw error;
        // Jitter keeps clients that failed at the same time from retrying at the same time.
        const wait = error.retryAfter ? error.retryAfter * 1000 : backoff * (0.5 + Math.random());
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private operation(document: DocumentNode): { query: string } | { documentId: string } {
    const { hash } = (document as { __meta__?: { hash?: string } }).__meta__ ?? {};
    return this.options.trusted && hash ? { documentId: hash } : { query: print(document) };
  }

  /** Follows a subscription over server-sent events. Leaving the loop over it ends the subscription. */
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

/** Throws the user errors of a payload, or returns the payload if there are none. */
export function accepted<Payload extends { userErrors: { message: string; path: string[] }[] }>(payload: Payload): Payload {
  if (payload.userErrors.length > 0) {
    throw new Error(payload.userErrors.map((error) => `${error.path.join(".")}: ${error.message}`).join("\n"));
  }
  return payload;
}
