import { useMemo } from "react";
import { useQuery } from "urql";

import { AppsOfProductsDocument } from "../gql/graphql";
import type { App, DraftProduct } from "./draft";

/** The apps of each product, and how many of its licenses are left. */
export function useProductApps(products: readonly DraftProduct[]) {
  const ids = products.map(({ id }) => id).sort(); // Another order is no other question.
  const [{ data, error }, read] = useQuery({
    query: AppsOfProductsDocument,
    variables: { ids },
    pause: ids.length === 0,
  });

  return useMemo(() => {
    const appsOf = new Map<string, readonly App[]>();
    const available = new Map<string, number>();
    for (const node of data?.nodes ?? []) {
      if (node?.__typename !== "Product") continue;
      appsOf.set(node.id, node.apps);
      available.set(node.id, node.pool?.available ?? 0);
    }
    const complete = ids.every((id) => appsOf.has(id));
    return { appsOf, available, complete, error, retry: () => read({ requestPolicy: "network-only" }) };
  }, [data, error, ids.join()]);
}
