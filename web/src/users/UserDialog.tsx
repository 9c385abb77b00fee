import { useState } from "react";
import { useMutation } from "urql";

import { errorText } from "../api/errors";
import { noRefusals, Refusals } from "../api/refusals";
import { FormDialog } from "../components/FormDialog";
import { TextField } from "../components/TextField";
import { useToast } from "../components/toasts";
import { CreateUserDocument } from "../gql/graphql";
import { strings } from "../strings";

const words = strings.users.create;

const maxLength = 255;

interface Props {
  /** Shows the new user. */
  onDone(id: string): void;
  onClose(): void;
}

/** Adds a user who has not signed in yet. */
export function UserDialog({ onDone, onClose }: Props) {
  const showToast = useToast();
  const [externalId, setExternalId] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [email, setEmail] = useState("");
  const [showProblems, setInsist] = useState(false);
  const [refusals, setRefusals] = useState(noRefusals);
  const [requestError, setRequestError] = useState<string>();
  const [{ fetching }, create] = useMutation(CreateUserDocument);

  const submit = async () => {
    setInsist(true);
    setRefusals(noRefusals);
    setRequestError(undefined);
    if (!externalId.trim()) return;
    const { data, error } = await create({ input: { externalId: externalId.trim(), displayName, email } });
    const user = data?.createUser.user;
    setRequestError(error && errorText(error));
    setRefusals(new Refusals(data?.createUser.userErrors));
    if (!user) return;
    showToast(words.created(displayName.trim() || externalId.trim()));
    onClose();
    onDone(user.id);
  };

  return (
    <FormDialog
      title={words.title}
      submit={words.submit}
      busyText={words.adding}
      busy={fetching}
      problem={requestError ?? refusals.otherThan(["externalId"], ["displayName"], ["email"])}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={strings.users.externalId}
        hint={words.externalIdHint}
        required
        maxLength={maxLength}
        value={externalId}
        validate={(text) => (text.trim() ? undefined : words.externalIdRequired)}
        showProblems={showProblems}
        problem={refusals.at("externalId")}
        onChange={setExternalId}
      />
      <TextField
        label={strings.users.name}
        maxLength={maxLength}
        value={displayName}
        problem={refusals.at("displayName")}
        onChange={setDisplayName}
      />
      <TextField
        label={strings.users.email}
        maxLength={maxLength}
        value={email}
        problem={refusals.at("email")}
        onChange={setEmail}
      />
    </FormDialog>
  );
}
