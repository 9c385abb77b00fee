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
  /** Reads all loaded rows again. The old rows stay in view until the new ones arrive. */
  reload(): Promise<void>;
}

const initialState = { rows: [], hasMore: false, loading: true, loadingMore: false };

/** Reads a list page by page. A change of the variables starts a new list and drops the rows of the old one. */
export function usePages<Data, Variables extends AnyVariables, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  connectionOf: (data: Data) => Connection<Node>,
): Pages<Node> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [{ listKey, ...stored }, setStored] = useState<State<Node> & { listKey: string }>({
    ...initialState,
    listKey: key,
  });
  // Rows of other variables are never shown.
  const state: State<Node> = listKey === key ? stored : initialState;
  const setState = (change: (before: State<Node>) => State<Node>) =>
    setStored((before) => ({ ...change(before.listKey === key ? before : initialState), listKey: key }));

  // Replies to requests of an earlier generation are dropped.
  const generation = useRef(0);

  const read = async (after?: string | null) => {
    const page = { ...(JSON.parse(key) as object), after } as unknown as Variables;
    const { data, error } = await client.query(document, page, { requestPolicy: "network-only" }).toPromise();
    return { connection: data && connectionOf(data), error };
  };

  const readFromStart = useEffectEvent(async (atLeast: number) => {
    const mine = ++generation.current;
    const rows: Node[] = [];
    let after: string | null | undefined;
    for (;;) {
      const { connection, error } = await read(after);
      if (generation.current !== mine) return;
      if (!connection) {
        setState((before) => ({ ...before, loading: false, loadingMore: false, error }));
        return;
      }
      rows.push(...connection.nodes);
      after = connection.pageInfo.endCursor;
      const hasMore = connection.pageInfo.hasNextPage;
      if (!hasMore || rows.length >= atLeast) {
        setState(() => ({
          rows,
          total: connection.totalCount,
          after,
          hasMore,
          loading: false,
          loadingMore: false,
          error: undefined,
        }));
        return;
      }
    }
  });

  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- It sets the state later, when the replies arrive.
    void readFromStart(1);
  }, [document, key, client]);

  const latest = useRef({ state, read, setState });
  useEffect(() => {
    latest.current = { state, read, setState };
  });

  const more = useCallback(async () => {
    const now = latest.current;
    if (!now.state.hasMore || now.state.loading || now.state.loadingMore) return;
    latest.current = { ...now, state: { ...now.state, loadingMore: true } };
    now.setState((before) => ({ ...before, loadingMore: true }));

    const mine = generation.current;
    const { connection, error } = await now.read(now.state.after);
    if (generation.current !== mine) return;
    now.setState((before) =>
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

  const [reloads, setReloads] = useState(0);
  const waiting = useRef<(() => void)[]>([]);
  const reload = useCallback(
    () =>
      new Promise<void>((resolve) => {
        waiting.current.push(resolve);
        setReloads((n) => n + 1);
      }),
    [],
  );
  useEffect(() => {
    if (reloads === 0) return;
    const callers = waiting.current.splice(0);
    void readFromStart(latest.current.state.rows.length).finally(() => callers.forEach((resolve) => resolve()));
  }, [reloads]);

  return { ...state, more, reload };
}

/** Reads all pages of a list that is known to be short. */
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
