import { Text } from "@fluentui/react-components";
import { useState } from "react";
import { useMutation } from "urql";

import { mutationProblem } from "../api/errors";
import { Section } from "../components/Section";
import { SwitchField } from "../components/SwitchField";
import { useToast } from "../components/toasts";
import { type ExternalIdMatching, UpdateSettingsDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { useCardStyles } from "./card";

const words = strings.settings;

/** Decides whether IDs that differ only in case are of one user. */
export function UserIds({ matching }: { matching: ExternalIdMatching }) {
  const styles = useCardStyles();
  const { mayChange } = useViewer();
  const showToast = useToast();
  const [{ fetching }, update] = useMutation(UpdateSettingsDocument);
  const [problem, setProblem] = useState<string>();

  const set = async (folded: boolean) => {
    const { data, error } = await update({ input: { externalIdMatching: folded ? "FOLDED" : "EXACT" } });
    const why = mutationProblem(error, data?.updateSettings.userErrors);
    setProblem(why);
    if (!why) showToast(words.foldedSaved);
  };

  return (
    <div className={styles.card}>
      <Section heading="h2" title={words.userIds}>
        <Text>{words.userIdsText}</Text>
        <SwitchField
          label={words.userIds}
          value={matching === "FOLDED"}
          on={words.foldedOn}
          off={words.foldedOff}
          problem={problem}
          readOnly={!mayChange || fetching}
          onChange={(folded) => void set(folded)}
        />
      </Section>
    </div>
  );
}
