import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useSubscription } from "../api/useSubscription";
import { type ClaimRowFragment, ReportClaimedDocument } from "../gql/graphql";

const redrawInterval = 200; // Under load, claims arrive faster than they should be drawn.

/**
 * Collects the claims that are made while the view is open. Each batch of claims and each reconnect calls refresh, so
 * that totals come from the server and not from a sum of events. reconnects counts the times when events may have been
 * missed.
 */
export function useLiveClaims(policyId: string | undefined, refresh: () => void) {
  const [claims, setClaims] = useState<readonly ClaimRowFragment[]>([]);
  const [reconnects, setReconnects] = useState(0);
  const pending = useRef<ClaimRowFragment[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  useSubscription(
    ReportClaimedDocument,
    { policyId },
    {
      onEvent({ licenseClaimed }) {
        pending.current.push(licenseClaimed);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          setClaims((before) => [...before, ...pending.current.splice(0)]);
          refresh();
        }, redrawInterval);
      },
      onReconnect() {
        refresh();
        setReconnects((n) => n + 1);
      },
    },
  );

  const isOfPolicy = useCallback((claim: ClaimRowFragment) => !policyId || claim.policy.id === policyId, [policyId]);
  return { claims: useMemo(() => claims.filter(isOfPolicy), [claims, isOfPolicy]), reconnects };
}
