import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { stringifyDocument } from "@urql/core";
import { type Client, createClient } from "graphql-sse";
import { useContext, useEffect, useEffectEvent } from "react";

import type { Auth } from "../auth/auth";
import { AuthContext } from "../auth/react";

const clients = new WeakMap<Auth, Client>();

function clientOf(auth: Auth): Client {
  let client = clients.get(auth);
  if (!client) {
    client = createClient({
      url: auth.apiUrl,
      headers: async () => ({ Authorization: `Bearer ${await auth.getAccessToken()}` }),
      retryAttempts: 0, // useSubscription retries, because the caller must also read what it missed.
    });
    clients.set(auth, client);
  }
  return client;
}

const minRetryDelay = 500;
const maxRetryDelay = 15_000;

interface Options<Result> {
  /** Called with each event. */
  onEvent(event: Result): void;
  /** Called when events may have been missed. The caller should read its data again. */
  onReconnect(): void;
  paused?: boolean;
}

/** Follows a subscription while the component is mounted. Reconnects with exponential backoff if the stream ends. */
export function useSubscription<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
  { onEvent, onReconnect, paused = false }: Options<Result>,
): void {
  const auth = useContext(AuthContext);
  const handleEvent = useEffectEvent(onEvent);
  const handleReconnect = useEffectEvent(onReconnect);
  const key = JSON.stringify(variables);

  useEffect(() => {
    if (!auth || paused) return;
    const client = clientOf(auth);
    const query = stringifyDocument(document);
    let retryDelay = minRetryDelay;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = () => {};
    let unmounted = false;

    const connect = () => {
      const reconnect = () => {
        if (unmounted) return;
        timer = setTimeout(() => {
          handleReconnect();
          connect();
        }, retryDelay);
        retryDelay = Math.min(retryDelay * 2, maxRetryDelay);
      };
      stop = client.subscribe<Result>(
        { query, variables: JSON.parse(key) as Record<string, unknown> },
        {
          next({ data }) {
            retryDelay = minRetryDelay;
            if (data) handleEvent(data);
          },
          error: reconnect,
          complete: reconnect,
        },
      );
    };
    connect();

    return () => {
      unmounted = true;
      clearTimeout(timer);
      stop();
    };
  }, [auth, document, key, paused]);
}
