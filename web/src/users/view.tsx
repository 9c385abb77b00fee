import { Badge, Button, Text } from "@fluentui/react-components";
import { AddRegular, PeopleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { Outlet, useLocation, useNavigate, useParams } from "react-router";

import { usePages } from "../api/usePages";
import { type Column, DataGrid } from "../components/DataGrid";
import { Page } from "../components/Page";
import { userName } from "../components/userNames";
import { TextLink } from "../components/TextLink";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { ListToolbar } from "../components/ListToolbar";
import { useUrlParam } from "../components/useUrlParam";
import { formatAgo, formatDateTime } from "../format";
import { UsersDocument, type UsersQuery } from "../gql/graphql";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { AssignDialog } from "./AssignDialog";
import { UserDialog } from "./UserDialog";

const words = strings.users;

type Row = UsersQuery["users"]["nodes"][number];

export interface ListContext {
  /** Reads the list again after a user changed. */
  reload(): Promise<void>;
}

/** The list of users. The details of one user open in a pane over it. */
export function Component() {
  const { userId } = useParams();
  const [text, setText] = useUrlParam("q");
  const { rows, total, loading, error, more, loadingMore, reload } = usePages(
    UsersDocument,
    { text: text.trim() || undefined },
    ({ users }) => users,
  );
  useRefreshOnFocus(reload);
  const { mayChange } = useViewer();

  return (
    <Page title={words.title} lead={words.lead} actions={mayChange && <Actions onChanged={() => void reload()} />}>
      <ListToolbar
        search={{ label: words.search, value: text, onChange: setText }}
        count={loading || total === undefined ? undefined : words.count(total)}
      />
      {loading ? (
        <Loading />
      ) : rows.length === 0 && error ? (
        <ErrorState error={error} retry={() => void reload()} />
      ) : rows.length === 0 ? (
        text ? (
          <EmptyState title={words.noMatchTitle}>{words.noMatch}</EmptyState>
        ) : (
          <EmptyState icon={<PeopleRegular />} title={words.emptyTitle}>
            {words.empty}
          </EmptyState>
        )
      ) : (
        <DataGrid
          label={words.list}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          total={total}
          onMore={more}
          loadingMore={loadingMore}
          selectedKey={userId}
        />
      )}
      <Outlet context={{ reload } satisfies ListContext} />
    </Page>
  );
}

/** What admins do for somebody who may not have signed in yet. Then the details of that user open. */
function Actions({ onChanged }: { onChanged(): void }) {
  const navigate = useNavigate();
  const { search } = useLocation();
  const [open, setOpen] = useState<"create" | "assign">();
  const close = () => setOpen(undefined);
  const show = (id: string) => {
    onChanged();
    void navigate(`/users/${id}${search}`);
  };

  return (
    <>
      <Button appearance="primary" icon={<AddRegular />} onClick={() => setOpen("create")}>
        {words.create.open}
      </Button>
      <Button onClick={() => setOpen("assign")}>{words.assign.open}</Button>
      {open === "create" && <UserDialog onDone={show} onClose={close} />}
      {open === "assign" && <AssignDialog held={[]} onDone={show} onClose={close} />}
    </>
  );
}

const columns: Column<Row>[] = [
  { key: "name", title: words.name, width: "2fr", cell: (row) => <Name {...row} /> },
  { key: "email", title: words.email, width: "2.2fr", cell: ({ email }) => email },
  { key: "externalId", title: words.externalId, width: "1.8fr", wideOnly: true, cell: ({ externalId }) => externalId },
  {
    key: "lastSignIn",
    title: words.lastSignIn,
    width: "150px",
    cell: ({ lastSignInAt }) => <SignIn at={lastSignInAt} />,
  },
  {
    key: "autoClaim",
    title: words.autoClaim,
    width: "116px",
    cell: ({ blockedAt }) => <AutoClaim blocked={Boolean(blockedAt)} />,
  },
];

function Name(user: Row) {
  const { search } = useLocation(); // The search stays when the pane closes.
  return (
    <TextLink strong to={`/users/${user.id}${search}`}>
      {userName(user)}
    </TextLink>
  );
}

export function SignIn({ at }: { at?: string | null }) {
  return at ? (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatAgo(at)}
    </time>
  ) : (
    <Text>{words.never}</Text>
  );
}

export function AutoClaim({ blocked }: { blocked: boolean }) {
  return (
    <Badge appearance="tint" color={blocked ? "danger" : "success"}>
      {blocked ? words.blocked : words.allowed}
    </Badge>
  );
}
