import { useMemo } from "react";
import { useQuery } from "urql";

import { AppsOfProductsDocument } from "../gql/graphql";
import type { App, DraftProduct } from "./products";

/** Reads the apps of each product, and how many licenses it has left. */
export function useProductApps(products: readonly DraftProduct[]) {
  // Sorted, so that another order is the same query.
  const ids = products.map(({ id }) => id).sort();
  const key = ids.join();
  const [{ data, error }, read] = useQuery({
    query: AppsOfProductsDocument,
    variables: { ids },
    pause: ids.length === 0,
  });

  return useMemo(() => {
    const appsByProduct = new Map<string, readonly App[]>();
    const available = new Map<string, number>();
    for (const node of data?.nodes ?? []) {
      if (node?.__typename !== "Product") continue;
      appsByProduct.set(node.id, node.apps);
      available.set(node.id, node.pool?.available ?? 0);
    }
    const complete = (key ? key.split(",") : []).every((id) => appsByProduct.has(id));
    return { appsByProduct, available, complete, error, retry: () => read({ requestPolicy: "network-only" }) };
  }, [data, error, key, read]);
}
