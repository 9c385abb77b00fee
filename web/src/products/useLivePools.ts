import { useCallback, useEffect, useRef, useState } from "react";

import { useSubscription } from "../api/useSubscription";
import { PoolsChangedDocument } from "../gql/graphql";
import type { Pool } from "./forecast";

const pause = 200; // A storm of sign-ins tells of each license; the eye needs five pictures in a second.

/** What is told of pools since they were read, which newer readings take the place of. */
export function useLivePools(reload: () => Promise<void>) {
  const [pools, setPools] = useState<ReadonlyMap<string, Pool>>(new Map());
  const told = useRef(new Map<string, Pool>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const refresh = useCallback(async () => {
    told.current.clear(); // What is told from now on is at least as new as what is read.
    await reload();
    setPools(new Map(told.current));
  }, [reload]);

  useSubscription(
    PoolsChangedDocument,
    {},
    {
      onEvent({ licensePoolChanged: { product, ...pool } }) {
        told.current.set(product.id, pool);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          setPools(new Map(told.current));
        }, pause);
      },
      onReconnect: refresh,
    },
  );

  return { pools, refresh };
}
