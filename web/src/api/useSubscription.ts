import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { stringifyDocument } from "@urql/core";
import { type Client, createClient } from "graphql-sse";
import { useContext, useEffect, useEffectEvent } from "react";

import type { Auth } from "../auth/auth";
import { AuthContext } from "../auth/react";
import { endpoint } from "./client";

const clients = new WeakMap<Auth, Client>();

function clientOf(auth: Auth): Client {
  let client = clients.get(auth);
  if (!client) {
    client = createClient({
      url: endpoint,
      headers: async () => ({ Authorization: `Bearer ${await auth.getAccessToken()}` }),
      retryAttempts: 0, // useSubscription begins anew, since what it missed must be read.
    });
    clients.set(auth, client);
  }
  return client;
}

const shortestPause = 500;
const longestPause = 15_000;

interface Options<Result> {
  /** Gets each event. */
  onEvent(event: Result): void;
  /** Is called when events may have been missed: read anew what is shown. */
  onReconnect(): void;
  paused?: boolean;
}

/** Follows a subscription as long as the component is there. A stream that ends is opened again. */
export function useSubscription<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
  { onEvent, onReconnect, paused = false }: Options<Result>,
): void {
  const auth = useContext(AuthContext);
  const showToast = useEffectEvent(onEvent);
  const tellGap = useEffectEvent(onReconnect);
  const key = JSON.stringify(variables);

  useEffect(() => {
    if (!auth || paused) return;
    const live = clientOf(auth);
    const query = stringifyDocument(document);
    let pause = shortestPause;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = () => {};
    let left = false;

    const follow = () => {
      const again = () => {
        if (left) return;
        timer = setTimeout(() => {
          tellGap();
          follow();
        }, pause);
        pause = Math.min(pause * 2, longestPause);
      };
      stop = live.subscribe<Result>(
        { query, variables: JSON.parse(key) as Record<string, unknown> },
        {
          next({ data }) {
            pause = shortestPause;
            if (data) showToast(data);
          },
          error: again,
          complete: again,
        },
      );
    };
    follow();

    return () => {
      left = true;
      clearTimeout(timer);
      stop();
    };
  }, [auth, document, key, paused]);
}
