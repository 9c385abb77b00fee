import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type CombinedError, useClient } from "urql";

interface Reading<Data> {
  data?: Data;
  error?: CombinedError;
  /** Nothing has been read yet of what is asked for now. */
  loading: boolean;
}

export interface RefreshableQuery<Data> extends Reading<Data> {
  refresh(): void;
}

/**
 * Reads what changes all the time. It may be told to read anew as often as one likes: there is one reading at a
 * time, and the last begins after the last call, so what is shown in the end is true.
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
    let left = false;
    let busy = false;
    let again = false;

    read.current = async () => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      do {
        again = false;
        const { data, error } = await client
          .query(document, JSON.parse(key) as Variables, { requestPolicy: "network-only" })
          .toPromise();
        if (left) return;
        // What was read before stays in view if it cannot be read now.
        setReading((before) => ({
          data: data ?? (before.of === key ? before.data : undefined),
          error,
          loading: false,
          of: key,
        }));
      } while (again);
      busy = false;
    };
    read.current();

    return () => {
      left = true;
    };
  }, [client, document, key]);

  const refresh = useCallback(() => read.current(), []);
  // While something else is read, what there was stays in view.
  return { ...reading, loading: reading.loading || of !== key, refresh };
}
