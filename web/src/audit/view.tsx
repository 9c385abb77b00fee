import { MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { HistoryRegular } from "@fluentui/react-icons";
import { Outlet, useLocation, useParams } from "react-router";

import { usePages } from "../api/usePages";
import { SelectField } from "../components/SelectField";
import { type Column, DataGrid } from "../components/DataGrid";
import { LinkButton } from "../components/LinkButton";
import { Page } from "../components/Page";
import { TextLink } from "../components/TextLink";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { ListToolbar } from "../components/ListToolbar";
import { TextField } from "../components/TextField";
import { useDelayedText } from "../components/useDelayedText";
import { useUrlParam } from "../components/useUrlParam";
import { formatDateTime } from "../format";
import { AuditEventsDocument, type AuditEventsQuery } from "../gql/graphql";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { strings } from "../strings";

const words = strings.audit;

type Row = AuditEventsQuery["auditEvents"]["nodes"][number];

const actionOptions = [
  { value: "", text: words.anyAction },
  ...Object.entries(words.actions).map(([value, text]) => ({ value, text })),
];

export const actionLabel = (action: string) => (words.actions as Record<string, string>)[action] ?? action;

/** Names the type of an object by its id's prefix, the part before the last underscore. */
export const objectTypeName = (id: string) =>
  (words.kinds as Record<string, string>)[id.slice(0, id.lastIndexOf("_"))] ?? id;

/** The list of changes. The details of one change open in a pane over it. */
export function Component() {
  const { eventId } = useParams();
  const [action, setAction] = useUrlParam("action");
  const [actor, setActor] = useUrlParam("actor");
  const [objectId] = useUrlParam("object");
  const { rows, loading, error, more, loadingMore, reload } = usePages(
    AuditEventsDocument,
    { action: action || undefined, actor: actor.trim() || undefined, objectId: objectId || undefined },
    ({ auditEvents }) => auditEvents,
  );
  useRefreshOnFocus(reload);

  return (
    <Page title={words.title} lead={words.lead}>
      <ListToolbar>
        <SelectField label={words.action} value={action} options={actionOptions} onChange={setAction} />
        <ActorField value={actor} onChange={setActor} />
      </ListToolbar>
      {objectId && (
        <MessageBar layout="multiline">
          <MessageBarBody>{words.thisObject}</MessageBarBody>
          <MessageBarActions>
            <LinkButton to="/audit">{words.showAll}</LinkButton>
          </MessageBarActions>
        </MessageBar>
      )}
      {loading ? (
        <Loading />
      ) : rows.length === 0 && error ? (
        <ErrorState error={error} retry={() => void reload()} />
      ) : rows.length === 0 ? (
        <EmptyState
          icon={<HistoryRegular />}
          title={action || actor || objectId ? words.noMatchTitle : words.emptyTitle}
        >
          {action || actor || objectId ? words.noMatch : words.empty}
        </EmptyState>
      ) : (
        <DataGrid
          label={words.list}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          onMore={more}
          loadingMore={loadingMore}
          selectedKey={eventId}
          maxHeight="max(400px, calc(100dvh - 290px))"
        />
      )}
      <Outlet />
    </Page>
  );
}

const columns: Column<Row>[] = [
  { key: "what", title: words.what, width: "2fr", cell: (row) => <What {...row} /> },
  { key: "object", title: words.object, width: "1fr", cell: ({ objectId }) => objectTypeName(objectId) },
  { key: "who", title: words.who, width: "1.6fr", cell: ({ actor }) => actor },
  { key: "when", title: words.when, width: "214px", cell: ({ at }) => formatDateTime(at) },
];

function What({ id, action }: Row) {
  const { search } = useLocation(); // The filters stay when the pane closes.
  return (
    <TextLink strong to={`/audit/${id}${search}`}>
      {actionLabel(action)}
    </TextLink>
  );
}

const typingDelay = 400;

function ActorField({ value, onChange }: { value: string; onChange(actor: string): void }) {
  const [text, setText] = useDelayedText(value, onChange, typingDelay);
  return <TextField label={words.actor} value={text} onChange={setText} />;
}
