import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useSubscription } from "../api/useSubscription";
import { type ClaimRowFragment, ReportClaimedDocument } from "../gql/graphql";

const pause = 200; // A storm of sign-ins tells of each claim; the eye needs five pictures in a second.

/**
 * The claims that were made since the view opened. Whatever was told, figures are read anew: they are the
 * database's, not a sum of what was seen here. Each gap may have claims that were not told.
 */
export function useLiveClaims(policyId: string | undefined, refresh: () => void) {
  const [fresh, setFresh] = useState<readonly ClaimRowFragment[]>([]);
  const [gaps, setGaps] = useState(0);
  const told = useRef<ClaimRowFragment[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  useSubscription(
    ReportClaimedDocument,
    { policyId },
    {
      onEvent({ licenseClaimed }) {
        told.current.push(licenseClaimed);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          setFresh((before) => [...before, ...told.current.splice(0)]);
          refresh();
        }, pause);
      },
      onReconnect() {
        refresh();
        setGaps((n) => n + 1);
      },
    },
  );

  const of = useCallback((claim: ClaimRowFragment) => !policyId || claim.policy.id === policyId, [policyId]);
  return { fresh: useMemo(() => fresh.filter(of), [fresh, of]), gaps };
}

/** What was read, below what was told since and is not in it. */
export function merge(
  fresh: readonly ClaimRowFragment[],
  read: readonly ClaimRowFragment[],
  text: string,
): readonly ClaimRowFragment[] {
  if (fresh.length === 0) return read;
  const known = new Set(read.map(({ id }) => id));
  const news = fresh.filter((claim) => !known.has(claim.id) && mentions(claim, text));
  if (news.length === 0) return read;
  return [...news, ...read].sort((a, b) => Date.parse(b.claimedAt) - Date.parse(a.claimedAt) || (a.id < b.id ? 1 : -1));
}

/** Finds whom the server finds, as far as case goes. */
function mentions({ user }: ClaimRowFragment, text: string): boolean {
  const part = text.trim().toLocaleLowerCase();
  return [user.displayName, user.email, user.externalId].some((each) => each.toLocaleLowerCase().includes(part));
}
