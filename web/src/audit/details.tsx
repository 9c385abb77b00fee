import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { useCallback } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { useQuery } from "urql";

import { LinkButton } from "../components/LinkButton";
import { DetailsPane } from "../components/DetailsPane";
import { userName } from "../components/userNames";
import { TextLink } from "../components/TextLink";
import { Fact, Facts, Section } from "../components/Section";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { formatDateTime } from "../format";
import { AuditEventDocument, type AuditEventQuery, AuditObjectDocument } from "../gql/graphql";
import { strings } from "../strings";
import { changedFields } from "./changes";
import { actionLabel, objectTypeName } from "./view";

const words = strings.audit.details;

const useStyles = makeStyles({
  scroller: { overflow: "auto" },
  table: { borderCollapse: "collapse", width: "100%" },
  cell: {
    textAlign: "start",
    verticalAlign: "top",
    padding: tokens.spacingHorizontalS,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    overflowWrap: "break-word",
    fontWeight: tokens.fontWeightRegular,
  },
  head: {
    textAlign: "start",
    padding: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  json: {
    fontSize: tokens.fontSizeBase200,
    fontFamily: tokens.fontFamilyMonospace,
    overflow: "auto",
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
  summary: { cursor: "pointer" },
});

/** The details pane of one change: who made it, when, and the values before and after. */
export function Component() {
  const { eventId = "" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const [{ data, error, fetching }, read] = useQuery({ query: AuditEventDocument, variables: { id: eventId } });
  const close = useCallback(() => void navigate({ pathname: "/audit", search }), [navigate, search]);

  const event = data?.node?.__typename === "AuditEvent" ? data.node : undefined;
  const title = event ? actionLabel(event.action) : fetching ? words.loading : words.goneTitle;

  return (
    <DetailsPane title={title} onClose={close}>
      {event ? (
        <Change event={event} />
      ) : fetching ? (
        <Loading label={words.loading} />
      ) : error ? (
        <ErrorState error={error} retry={() => read({ requestPolicy: "network-only" })} />
      ) : (
        <EmptyState title={words.goneTitle} action={<Button onClick={close}>{words.back}</Button>}>
          {words.gone}
        </EmptyState>
      )}
    </DetailsPane>
  );
}

type Event = Extract<AuditEventQuery["node"], { __typename: "AuditEvent" }>;

function Change({ event }: { event: Event }) {
  const styles = useStyles();
  return (
    <>
      <Facts>
        <Fact term={strings.audit.who}>{event.actor}</Fact>
        <Fact term={strings.audit.when}>{formatDateTime(event.at)}</Fact>
        <Fact term={objectTypeName(event.objectId)}>
          <ObjectLink id={event.objectId} />
        </Fact>
        <Fact term={words.request}>{event.requestId}</Fact>
      </Facts>
      <Section
        title={words.changed}
        action={
          <LinkButton size="small" to={`/audit?object=${event.objectId}`}>
            {words.history}
          </LinkButton>
        }
      >
        <div className={styles.scroller}>
          <table className={styles.table} aria-label={words.changed}>
            <thead>
              <tr>
                {[words.field, words.before, words.after].map((name) => (
                  <th key={name} scope="col" className={styles.head}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {changedFields(event.objectId, event.before, event.after).map(({ field, label, before, after }) => (
                <tr key={field}>
                  <th scope="row" className={styles.cell}>
                    {label}
                  </th>
                  <td className={styles.cell}>{before}</td>
                  <td className={styles.cell}>{after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <details>
          <summary className={styles.summary}>{words.whole}</summary>
          <pre className={styles.json} tabIndex={0}>
            {JSON.stringify({ before: event.before, after: event.after }, null, 2)}
          </pre>
        </details>
      </Section>
    </>
  );
}

/** Links to the changed object by its name. */
function ObjectLink({ id }: { id: string }) {
  const settings = id.startsWith("tenant_");
  const [{ data }] = useQuery({ query: AuditObjectDocument, variables: { id }, pause: settings });
  if (settings) return <TextLink to="/settings">{strings.settings.title}</TextLink>;
  const object = data?.node;
  switch (object?.__typename) {
    case "Policy":
      return <TextLink to={`/policies/${object.id}`}>{object.policyName}</TextLink>;
    case "User":
      return <TextLink to={`/users/${object.id}`}>{userName(object)}</TextLink>;
    case "ProductSubscription":
      return <TextLink to={`/products/${object.product.id}`}>{object.product.name}</TextLink>;
    case "License":
      return (
        <>
          {object.product.name}, <TextLink to={`/users/${object.user.id}`}>{userName(object.user)}</TextLink>
        </>
      );
    default:
      return id;
  }
}
