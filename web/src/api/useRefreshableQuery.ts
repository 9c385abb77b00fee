import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type CombinedError, useClient } from "urql";

interface Reading<Data> {
  data?: Data;
  error?: CombinedError;
  /** Whether no data of the current variables has been read yet. */
  loading: boolean;
}

export interface RefreshableQuery<Data> extends Reading<Data> {
  refresh(): void;
}

/**
 * Runs a query, and runs it again on each call of refresh. At most one request is in flight, and calls during a
 * request cause one more request after it, so the data shown in the end is never older than the last call.
 */
export function useRefreshableQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): RefreshableQuery<Data> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [{ of, ...reading }, setReading] = useState<Reading<Data> & { of?: string }>({ loading: true });
  const read = useRef(() => {});

  useEffect(() => {
    let unmounted = false;
    let inFlight = false;
    let refreshAgain = false;

    read.current = async () => {
      if (inFlight) {
        refreshAgain = true;
        return;
      }
      inFlight = true;
      do {
        refreshAgain = false;
        const { data, error } = await client
          .query(document, JSON.parse(key) as Variables, { requestPolicy: "network-only" })
          .toPromise();
        if (unmounted) return;
        // If the request fails, the earlier data stays in view.
        setReading((before) => ({
          data: data ?? (before.of === key ? before.data : undefined),
          error,
          loading: false,
          of: key,
        }));
      } while (refreshAgain);
      inFlight = false;
    };
    read.current();

    return () => {
      unmounted = true;
    };
  }, [client, document, key]);

  const refresh = useCallback(() => read.current(), []);
  // The old data stays in view while new variables are read.
  return { ...reading, loading: reading.loading || of !== key, refresh };
}
