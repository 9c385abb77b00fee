import { Button } from "@fluentui/react-components";
import { useCallback, useState } from "react";
import { useLocation, useNavigate, useOutletContext, useParams } from "react-router";
import { useMutation } from "urql";

import { mutationProblem } from "../api/errors";
import { useRefreshableQuery } from "../api/useRefreshableQuery";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { DetailsPane } from "../components/DetailsPane";
import { userName } from "../components/userNames";
import { Fact, Facts, Section } from "../components/Section";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { useToast } from "../components/toasts";
import { formatDateTime } from "../format";
import { BlockUserDocument, UnblockUserDocument, UserDetailsDocument } from "../gql/graphql";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { Licenses } from "./Licenses";
import type { User } from "./user";
import { AutoClaim, type ListContext, SignIn } from "./view";

const words = strings.users.details;

/** The details pane of one user. */
export function Component() {
  const { userId = "" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const { data, error, loading, refresh } = useRefreshableQuery(UserDetailsDocument, { id: userId });
  useRefreshOnFocus(refresh);
  const close = useCallback(() => void navigate({ pathname: "/users", search }), [navigate, search]);

  const user = loading ? undefined : data?.user;
  const title = user ? userName(user) : loading ? words.loading : words.goneTitle;

  return (
    <DetailsPane title={title} onClose={close}>
      {user ? (
        <>
          <AboutUser user={user} onChanged={refresh} />
          <Licenses user={user} onChanged={refresh} />
        </>
      ) : loading ? (
        <Loading label={words.loading} />
      ) : error ? (
        <ErrorState error={error} retry={refresh} />
      ) : (
        <EmptyState title={words.goneTitle} action={<Button onClick={close}>{words.back}</Button>}>
          {words.gone}
        </EmptyState>
      )}
    </DetailsPane>
  );
}

function AboutUser({ user, onChanged }: { user: User; onChanged(): void }) {
  const { mayChange } = useViewer();
  const showToast = useToast();
  const { reload } = useOutletContext<ListContext>();
  const [asking, setAsking] = useState(false);
  const [, block] = useMutation(BlockUserDocument);
  const [unblocking, unblock] = useMutation(UnblockUserDocument);
  const name = userName(user);

  const done = (text: string) => {
    showToast(text);
    onChanged();
    void reload();
  };

  const blockUser = async () => {
    const { data, error } = await block({ input: { userId: user.id } });
    const why = mutationProblem(error, data?.blockUser.userErrors);
    if (!why) done(words.wasBlocked(name));
    return why;
  };

  const unblockUser = async () => {
    const { data, error } = await unblock({ input: { userId: user.id } });
    const why = mutationProblem(error, data?.unblockUser.userErrors);
    if (why) showToast(strings.common.failedTitle, { intent: "error", body: why });
    else done(words.wasUnblocked(name));
  };

  return (
    <>
      <Facts>
        {user.email && <Fact term={strings.users.email}>{user.email}</Fact>}
        <Fact term={strings.users.externalId}>{user.externalId}</Fact>
        <Fact term={strings.users.lastSignIn}>
          <SignIn at={user.lastSignInAt} />
        </Fact>
      </Facts>
      <Section
        title={strings.users.autoClaim}
        action={
          mayChange &&
          (user.blockedAt ? (
            <Button disabledFocusable={unblocking.fetching} onClick={unblockUser}>
              {words.unblock}
            </Button>
          ) : (
            <Button onClick={() => setAsking(true)}>{words.block}</Button>
          ))
        }
      >
        <div>
          <AutoClaim blocked={Boolean(user.blockedAt)} />{" "}
          {user.blockedAt ? words.blockedText(formatDateTime(user.blockedAt)) : words.allowedText}
        </div>
      </Section>
      <ConfirmDialog
        open={asking}
        title={words.blockTitle(name)}
        confirm={words.block}
        onConfirm={blockUser}
        onClose={() => setAsking(false)}
      >
        {words.blockAsk}
      </ConfirmDialog>
    </>
  );
}
