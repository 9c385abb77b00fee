import { useQuery } from "urql";

import { CandidateProductsDocument } from "../gql/graphql";
import type { DraftProduct } from "./products";

/** Reads up to 50 products that match the text and that can be added to a policy for the app. */
export function useEligibleProducts(appId: string | undefined, chosen: readonly DraftProduct[], text = "") {
  const [{ data, error, fetching, stale }] = useQuery({
    query: CandidateProductsDocument,
    variables: { appId: appId ?? "", text: text || undefined },
    pause: !appId,
  });

  const all = data?.products.nodes ?? [];
  return {
    eligible: all.filter(({ id }) => !chosen.some((product) => product.id === id)),
    hasMore: data?.products.pageInfo.hasNextPage ?? false,
    fetching: fetching && !stale,
    error,
  };
}
