import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { type AnyVariables, type CombinedError, useClient } from "urql";

interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  totalCount?: number;
}

interface State<Node> {
  rows: Node[];
  total?: number;
  after?: string | null;
  hasMore: boolean;
  loading: boolean;
  loadingMore: boolean;
  error?: CombinedError;
}

export interface Pages<Node> extends State<Node> {
  /** Loads the next page, if there is one. */
  more(): void;
  /** Reads anew what is shown, without taking it away meanwhile. */
  reload(): Promise<void>;
}

const nothing = { rows: [], hasMore: false, loading: true, loadingMore: false };

/** Reads a list page by page. Other variables make another list; what was read for the old ones is dropped. */
export function usePages<Data, Variables extends AnyVariables, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  connectionOf: (data: Data) => Connection<Node>,
): Pages<Node> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [state, setState] = useState<State<Node>>(nothing);
  const turn = useRef(0); // An answer to an earlier turn comes too late.

  const read = async (after?: string | null) => {
    const page = { ...(JSON.parse(key) as object), after } as unknown as Variables;
    const { data, error } = await client.query(document, page, { requestPolicy: "network-only" }).toPromise();
    return { connection: data && connectionOf(data), error };
  };

  const readFromStart = useEffectEvent(async (atLeast: number) => {
    const mine = ++turn.current;
    const rows: Node[] = [];
    let after: string | null | undefined;
    for (;;) {
      const { connection, error } = await read(after);
      if (turn.current !== mine) return;
      if (!connection) {
        setState((before) => ({ ...before, loading: false, loadingMore: false, error }));
        return;
      }
      rows.push(...connection.nodes);
      after = connection.pageInfo.endCursor;
      const hasMore = connection.pageInfo.hasNextPage;
      if (!hasMore || rows.length >= atLeast) {
        setState({ rows, total: connection.totalCount, after, hasMore, loading: false, loadingMore: false });
        return;
      }
    }
  });

  useEffect(() => {
    setState(nothing);
    void readFromStart(1);
  }, [document, key, client]);

  const latest = useRef({ state, read });
  useEffect(() => {
    latest.current = { state, read };
  });

  const more = useCallback(async () => {
    const { state: now, read: readNow } = latest.current;
    if (!now.hasMore || now.loading || now.loadingMore) return;
    latest.current = { state: { ...now, loadingMore: true }, read: readNow };
    setState((before) => ({ ...before, loadingMore: true }));

    const mine = turn.current;
    const { connection, error } = await readNow(now.after);
    if (turn.current !== mine) return;
    setState((before) =>
      connection
        ? {
            ...before,
            rows: [...before.rows, ...connection.nodes],
            after: connection.pageInfo.endCursor,
            hasMore: connection.pageInfo.hasNextPage,
            total: connection.totalCount ?? before.total,
            loadingMore: false,
            error: undefined,
          }
        : { ...before, loadingMore: false, hasMore: false, error },
    );
  }, []);

  const [wanted, setWanted] = useState(0);
  const waiting = useRef<(() => void)[]>([]);
  const reload = useCallback(
    () =>
      new Promise<void>((resolve) => {
        waiting.current.push(resolve);
        setWanted((n) => n + 1);
      }),
    [],
  );
  useEffect(() => {
    if (wanted === 0) return;
    const done = waiting.current.splice(0);
    void readFromStart(latest.current.state.rows.length).finally(() => done.forEach((each) => each()));
  }, [wanted]);

  return { ...state, more, reload };
}

/** Reads the whole of a list that is known to be short, page by page. */
export function useAllPages<Data, Variables extends AnyVariables, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  connectionOf: (data: Data) => Connection<Node>,
): Pages<Node> {
  const pages = usePages(document, variables, connectionOf);
  const { hasMore, loading, loadingMore, more } = pages;
  useEffect(() => {
    if (hasMore && !loading && !loadingMore) more();
  }, [hasMore, loading, loadingMore, more]);
  return pages;
}
