import type { ClaimRowFragment } from "../gql/graphql";

/** Adds the claims that arrived live to the claims that were read, newest first, each claim once. */
export function addLiveClaims(
  live: readonly ClaimRowFragment[],
  read: readonly ClaimRowFragment[],
  text: string,
): readonly ClaimRowFragment[] {
  const known = new Set(read.map(({ id }) => id));
  const added = live.filter((claim) => !known.has(claim.id) && matches(claim, text));
  if (added.length === 0) return read;
  return [...added, ...read].sort(
    (a, b) => Date.parse(b.claimedAt) - Date.parse(a.claimedAt) || (a.id < b.id ? 1 : -1),
  );
}

/** Searches like the server does, except for its folding of letters. */
function matches({ user }: ClaimRowFragment, text: string): boolean {
  const part = text.trim().toLocaleLowerCase();
  return [user.displayName, user.email, user.externalId].some((each) => each.toLocaleLowerCase().includes(part));
}
