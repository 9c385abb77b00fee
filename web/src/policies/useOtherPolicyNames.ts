import { useEffect, useState } from "react";
import { useClient } from "urql";

import { PoliciesDocument } from "../gql/graphql";

/** Reads the names of all policies except the given one, to find a clash while the user types. */
export function useOtherPolicyNames(own?: string): readonly string[] {
  const client = useClient();
  const [names, setNames] = useState<readonly string[]>([]);

  useEffect(() => {
    let left = false;
    void (async () => {
      const found: string[] = [];
      let after: string | null | undefined;
      do {
        const { data } = await client.query(PoliciesDocument, { after }, { requestPolicy: "cache-first" }).toPromise();
        if (!data || left) return; // The server checks again.
        found.push(...data.policies.nodes.map(({ name }) => name));
        after = data.policies.pageInfo.hasNextPage ? data.policies.pageInfo.endCursor : undefined;
      } while (after);
      setNames(found);
    })();
    return () => {
      left = true;
    };
  }, [client]);

  return own === undefined ? names : names.filter((name) => name !== own);
}
