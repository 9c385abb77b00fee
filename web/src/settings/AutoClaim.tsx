import { MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { useState } from "react";
import { useMutation } from "urql";

import { mutationProblem } from "../api/errors";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { TextLink } from "../components/TextLink";
import { Section } from "../components/Section";
import { SwitchField } from "../components/SwitchField";
import { useToast } from "../components/toasts";
import { SetAutoClaimEnabledDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { useCardStyles } from "./card";

const words = strings.settings;

/** Turns auto-claim on or off. */
export function AutoClaim({ enabled }: { enabled: boolean }) {
  const styles = useCardStyles();
  const { mayChange } = useViewer();
  const showToast = useToast();
  const [{ fetching }, setEnabled] = useMutation(SetAutoClaimEnabledDocument);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string>();

  const set = async (next: boolean) => {
    const { data, error } = await setEnabled({ input: { enabled: next } });
    const why = mutationProblem(error, data?.setAutoClaimEnabled.userErrors);
    if (!why) showToast(next ? words.turnedOn : words.turnedOff);
    return why;
  };

  const turnOn = async () => setProblem(await set(true));

  return (
    <div className={styles.card}>
      <Section heading="h2" title={words.autoClaim}>
        <Text>{words.autoClaimText}</Text>
        {!mayChange && (
          <MessageBar layout="multiline">
            <MessageBarBody>{strings.common.readOnly}</MessageBarBody>
          </MessageBar>
        )}
        <SwitchField
          label={words.autoClaim}
          value={enabled}
          on={words.on}
          off={words.off}
          problem={problem}
          readOnly={!mayChange || fetching}
          onChange={(next) => void (next ? turnOn() : setAsking(true))}
        />
        <Text size={200} className={styles.quiet}>
          {words.changesNothing}
        </Text>
        <div>
          <TextLink to="/audit?action=setAutoClaimEnabled">{words.history}</TextLink>
        </div>
      </Section>
      <ConfirmDialog
        open={asking}
        title={words.turnOffTitle}
        confirm={words.turnOff}
        onConfirm={() => set(false)}
        onClose={() => setAsking(false)}
      >
        {words.turnOffText}
      </ConfirmDialog>
    </div>
  );
}
