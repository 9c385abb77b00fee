import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { RibbonStarRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useMutation } from "urql";

import { mutationProblem } from "../api/errors";
import { EmptyState } from "../components/states";
import { useToast } from "../components/toasts";
import { SetAutoClaimEnabledDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";

const words = strings.policies;

/** Shown while auto-claim is off: as a bar above the policies, or instead of an empty list. */
export function TurnOnAutoClaim({ bar }: { bar?: boolean }) {
  const { mayChange } = useViewer();
  const showToast = useToast();
  const [{ fetching }, setEnabled] = useMutation(SetAutoClaimEnabledDocument);
  const [problem, setProblem] = useState<string>();

  const turnOn = async () => {
    const { data, error } = await setEnabled({ input: { enabled: true } });
    const why = mutationProblem(error, data?.setAutoClaimEnabled.userErrors);
    setProblem(why);
    if (!why) showToast(words.turnedOn);
  };

  const button = mayChange && (
    <Button appearance={bar ? "secondary" : "primary"} disabled={fetching} onClick={turnOn}>
      {words.turnOn}
    </Button>
  );

  if (bar) {
    return (
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{problem ?? words.offNow}</MessageBarBody>
        {button && <MessageBarActions>{button}</MessageBarActions>}
      </MessageBar>
    );
  }

  return (
    <EmptyState icon={<RibbonStarRegular />} title={words.turnOnTitle} action={button}>
      {words.turnOnText} {!mayChange && words.turnOnReader}
      {problem && <span role="alert"> {problem}</span>}
    </EmptyState>
  );
}
