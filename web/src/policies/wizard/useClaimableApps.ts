import { useMemo } from "react";

import { useAllPages } from "../../api/usePages";
import { ClaimableAppsDocument, PoliciesDocument } from "../../gql/graphql";

/** Reads the claimable apps that have no policy yet. */
export function useClaimableApps() {
  const apps = useAllPages(ClaimableAppsDocument, {}, (data) => data.apps);
  const policies = useAllPages(PoliciesDocument, {}, (data) => data.policies);

  const free = useMemo(() => {
    const taken = new Set(policies.rows.map(({ app }) => app.id));
    return apps.rows.filter(({ id }) => !taken.has(id));
  }, [apps.rows, policies.rows]);

  return {
    apps: free,
    loading: apps.loading || policies.loading || apps.hasMore || policies.hasMore,
    error: apps.error ?? policies.error,
    retry: () => void Promise.all([apps.reload(), policies.reload()]),
  };
}
