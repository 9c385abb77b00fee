import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useSubscription } from "../api/useSubscription";
import { useAllPages } from "../api/usePages";
import { LicensesLeftDocument, PoliciesDocument } from "../gql/graphql";
import { availableUnder, type PolicyRow } from "./rows";

/**
 * Reads all policies, to search and sort them in the browser. There are few: at most one for each claimable app.
 * Their available licenses update live.
 */
export function usePolicies() {
  const pages = useAllPages(PoliciesDocument, {}, ({ policies }) => policies);
  const left = useLicensesLeft(pages.reload);
  const rows = useMemo(
    () => pages.rows.map<PolicyRow>((policy) => ({ ...policy, available: availableUnder(policy, left) })),
    [pages.rows, left],
  );

  return { ...pages, rows };
}

const redrawInterval = 200; // Under load, events arrive faster than they should be drawn.

function useLicensesLeft(reload: () => Promise<void>): ReadonlyMap<string, number> {
  const [left, setLeft] = useState<ReadonlyMap<string, number>>(new Map());
  const pending = useRef(new Map<string, number>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const onReconnect = useCallback(async () => {
    await reload();
    pending.current.clear();
    setLeft(new Map());
  }, [reload]);

  useSubscription(
    LicensesLeftDocument,
    {},
    {
      onEvent({ licensePoolChanged: { product, available } }) {
        pending.current.set(product.id, available);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          setLeft(new Map(pending.current));
        }, redrawInterval);
      },
      onReconnect,
    },
  );

  return left;
}
