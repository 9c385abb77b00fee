import { makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { useCallback, useState } from "react";
import { useMutation, useQuery } from "urql";

import { mutationProblem } from "../api/errors";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { Page } from "../components/Page";
import { TextLink } from "../components/TextLink";
import { Section } from "../components/Section";
import { ErrorState, Loading } from "../components/states";
import { SwitchField } from "../components/SwitchField";
import { useToast } from "../components/toasts";
import { SetAutoClaimEnabledDocument, SettingsDocument } from "../gql/graphql";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";

const words = strings.settings;

const useStyles = makeStyles({
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    padding: tokens.spacingHorizontalXL,
    maxWidth: "720px",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** The tenant's settings: auto-claim on or off. */
export function Component() {
  const [{ data, error }, read] = useQuery({ query: SettingsDocument });
  const refresh = useCallback(() => read({ requestPolicy: "network-only" }), [read]);
  useRefreshOnFocus(refresh);

  return (
    <Page title={words.title} lead={words.lead}>
      {data ? (
        <AutoClaim enabled={data.settings.autoClaimEnabled} />
      ) : error ? (
        <ErrorState error={error} retry={refresh} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function AutoClaim({ enabled }: { enabled: boolean }) {
  const styles = useStyles();
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
