import { useState } from "react";
import { useMutation } from "urql";

import { noRefusals, Refusals } from "../api/refusals";
import { errorText } from "../api/errors";
import { type PolicyStateFragment, SavePolicyDocument } from "../gql/graphql";
import { changedInput, draftOf, merge, sameDraft } from "./draft";
import type { Draft } from "./fields";

/**
 * Keeps the state of a policy's form: the version that editing started from, the edited draft, and, if another admin
 * saved in the meantime, their version. All changes are saved in one mutation.
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

  const startFrom = (policy: PolicyStateFragment, next = draftOf(policy)) => {
    setBase(policy);
    setDraft(next);
    setTheirs(undefined);
    setRefusals(noRefusals);
    setRequestError(undefined);
  };

  // An unedited form follows the latest version.
  const newer = latest.version > base.version;
  if (newer && !dirty && !saving) startFrom(latest);

  /** Saves what changed and says whether that worked. */
  const save = async (from = base, mine = draft): Promise<boolean> => {
    const { data, error } = await update({
      input: { policyId: from.id, version: from.version, ...changedInput(draftOf(from), mine) },
    });
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
    startFrom(answer.policy);
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
    /** Whether another admin saved after editing started. */
    newer: newer && dirty,
    change: (part: Partial<Draft>) => {
      setRefusals(noRefusals);
      setDraft((now) => ({ ...now, ...part }));
    },
    discard: () => startFrom(newer ? latest : base),
    save: () => save(),
    showTheirs: () => setTheirs(latest),
    decideLater: () => setTheirs(undefined),
    takeTheirs: () => theirs && startFrom(theirs),
    keepMine: async (): Promise<boolean> => {
      if (!theirs) return false;
      const merged = merge(before, draft, draftOf(theirs));
      startFrom(theirs, merged);
      return save(theirs, merged);
    },
  };
}
