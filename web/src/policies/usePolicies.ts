import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useSubscription } from "../api/useSubscription";
import { useAllPages } from "../api/usePages";
import { LicensesLeftDocument, PoliciesDocument } from "../gql/graphql";
import type { PolicyRow } from "./rows";

/**
 * All policies. There is at most one for each app that can be claimed, so all of them are read, page by page,
 * and searched and sorted here. The licenses left are told live.
 */
export function usePolicies() {
  const pages = useAllPages(PoliciesDocument, {}, ({ policies }) => policies);
  const left = useLicensesLeft(pages.reload);
  const rows = useMemo(
    () =>
      pages.rows.map<PolicyRow>((policy) => ({
        ...policy,
        available: policy.products.reduce(
          (sum, { product, availableLicenses }) => sum + (left.get(product.id) ?? availableLicenses),
          0,
        ),
      })),
    [pages.rows, left],
  );

  return { ...pages, rows };
}

const pause = 200; // A storm of sign-ins tells of each license; the eye needs five in a second.

function useLicensesLeft(reload: () => Promise<void>): ReadonlyMap<string, number> {
  const [left, setLeft] = useState<ReadonlyMap<string, number>>(new Map());
  const told = useRef(new Map<string, number>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const onReconnect = useCallback(async () => {
    await reload();
    told.current.clear();
    setLeft(new Map());
  }, [reload]);

  useSubscription(
    LicensesLeftDocument,
    {},
    {
      onEvent({ licensePoolChanged: { product, available } }) {
        told.current.set(product.id, available);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          setLeft(new Map(told.current));
        }, pause);
      },
      onReconnect,
    },
  );

  return left;
}
