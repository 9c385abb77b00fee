import { useCallback, useEffect, useRef, useState } from "react";

import { useSubscription } from "../api/useSubscription";
import { PoolsChangedDocument } from "../gql/graphql";
import type { Pool } from "./forecast";

const redrawInterval = 200; // Under load, events arrive faster than they should be drawn.

/** Collects the license pools that changed since they were read. refresh reads them again and clears the collection. */
export function useLivePools(reload: () => Promise<void>) {
  const [pools, setPools] = useState<ReadonlyMap<string, Pool>>(new Map());
  const pending = useRef(new Map<string, Pool>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const refresh = useCallback(async () => {
    pending.current.clear(); // Events from now on are at least as new as the reply.
    await reload();
    setPools(new Map(pending.current));
  }, [reload]);

  useSubscription(
    PoolsChangedDocument,
    {},
    {
      onEvent({ licensePoolChanged: { product, ...pool } }) {
        pending.current.set(product.id, pool);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          setPools(new Map(pending.current));
        }, redrawInterval);
      },
      onReconnect: refresh,
    },
  );

  return { pools, refresh };
}
