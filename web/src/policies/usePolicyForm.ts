import { useState } from "react";
import { useMutation } from "urql";

import { noRefusals, Refusals } from "../api/refusals";
import { errorText } from "../components/states";
import { type PolicyStateFragment, SavePolicyDocument, type UpdatePolicyInput } from "../gql/graphql";
import { type Draft, draftOf, productsInput, sameDraft } from "./draft";
import { merge } from "./merge";

/**
 * A policy being edited: the version that one began with, what one made of it, and, if somebody else saved
 * meanwhile, what it is now.
 */
export function usePolicyForm(latest: PolicyStateFragment) {
  const [base, setBase] = useState(latest);
  const [draft, setDraft] = useState(() => draftOf(latest));
  const [refusals, setRefusals] = useState(noRefusals);
  const [requestError, setRequestError] = useState<string>();
  const [theirs, setTheirs] = useState<PolicyStateFragment>();
  const [{ fetching: saving }, update] = useMutation(SavePolicyDocument);

  const before = draftOf(base);
  const dirty = !sameDraft(before, draft);

  const beginWith = (policy: PolicyStateFragment, next = draftOf(policy)) => {
    setBase(policy);
    setDraft(next);
    setTheirs(undefined);
    setRefusals(noRefusals);
    setRequestError(undefined);
  };

  // What was read anew takes the place of what nobody has touched.
  const newer = latest.version > base.version;
  if (newer && !dirty && !saving) beginWith(latest);

  /** Saves what changed, all of it or nothing, and says whether that worked. */
  const save = async (from = base, mine = draft): Promise<boolean> => {
    const { data, error } = await update({ input: changes(from, mine) });
    const answer = data?.updatePolicy;
    setRequestError(error && errorText(error));
    if (!answer) return false;

    const refused = new Refusals(answer.userErrors);
    if (refused.has("CONFLICT") && answer.policy) {
      setTheirs(answer.policy);
      return false;
    }
    setRefusals(refused);
    if (refused.any || !answer.policy) return false;
    beginWith(answer.policy);
    return true;
  };

  return {
    base,
    draft,
    dirty,
    saving,
    requestError,
    refusals,
    theirs,
    /** Somebody saved since; known before one has tried to. */
    newer: newer && dirty,
    change: (part: Partial<Draft>) => {
      setRefusals(noRefusals);
      setDraft((now) => ({ ...now, ...part }));
    },
    discard: () => beginWith(newer ? latest : base),
    save: () => save(),
    showTheirs: () => setTheirs(latest),
    decideLater: () => setTheirs(undefined),
    takeTheirs: () => theirs && beginWith(theirs),
    keepMine: async (): Promise<boolean> => {
      if (!theirs) return false;
      const merged = merge(before, draft, draftOf(theirs));
      beginWith(theirs, merged);
      return save(theirs, merged);
    },
  };
}

/** What differs from the version that it names; the rest is left as it is. */
function changes(base: PolicyStateFragment, draft: Draft): UpdatePolicyInput {
  const before = draftOf(base);
  const sameProducts = sameDraft(before, { ...before, products: draft.products });
  return {
    policyId: base.id,
    version: base.version,
    ...(draft.name.trim() !== base.name && { name: draft.name }),
    ...(draft.enabled !== base.enabled && { enabled: draft.enabled }),
    ...(!sameProducts && { products: productsInput(draft.products) }),
  };
}
