import { Badge, Link as FluentLink, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, RibbonStarRegular, WarningRegular } from "@fluentui/react-icons";
import { useMemo } from "react";
import { Outlet, useHref, useLinkClickHandler, useLocation, useParams } from "react-router";
import { useQuery } from "urql";

import { type Column, DataGrid } from "../components/DataGrid";
import { LinkButton } from "../components/LinkButton";
import { Page } from "../components/Page";
import { SearchField } from "../components/SearchField";
import { formatSort, parseSort } from "../components/sort";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { useUrlParam } from "../components/useUrlParam";
import { formatNumber } from "../format";
import { SettingsDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { type PolicyRow, search, sorted } from "./rows";
import { TurnOnAutoClaim } from "./TurnOnAutoClaim";
import { usePolicies } from "./usePolicies";

const words = strings.policies;

const useStyles = makeStyles({
  tools: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM },
  search: { flex: "1 1 220px", maxWidth: "360px", "& > *": { width: "100%", maxWidth: "none" } },
  count: { color: tokens.colorNeutralForeground2 },
  products: { display: "flex", flexDirection: "column" },
  more: { color: tokens.colorNeutralForeground3 },
  warning: { color: tokens.colorStatusWarningForeground2 },
  nameLink: { fontWeight: tokens.fontWeightSemibold, textAlign: "start" },
});

/** The list of policies. The details of one policy open in a pane over it. */
export function Component() {
  const { mayChange } = useViewer();
  const [settings, readSettings] = useQuery({ query: SettingsDocument });
  const policies = usePolicies();

  const enabled = settings.data?.settings.autoClaimEnabled;
  const none = !policies.loading && policies.rows.length === 0 && !policies.error;
  const error = settings.error ?? (policies.rows.length === 0 ? policies.error : undefined);

  const retry = () => {
    readSettings({ requestPolicy: "network-only" });
    void policies.reload();
  };

  const content = () => {
    if (error) return <ErrorState error={error} retry={retry} />;
    if (enabled === undefined || policies.loading) return <Loading />;
    if (none) return enabled ? <NoPolicies /> : <TurnOnAutoClaim />;
    return (
      <>
        {!enabled && <TurnOnAutoClaim bar />}
        <Policies rows={policies.rows} loadingMore={policies.loadingMore} />
      </>
    );
  };

  return (
    <Page title={words.title} lead={words.lead} actions={mayChange && enabled && <AddPolicy />}>
      {content()}
      <Outlet context={{ reload: policies.reload }} />
    </Page>
  );
}

export interface ListContext {
  /** Reads the list again after a policy changed. */
  reload(): Promise<void>;
}

function AddPolicy() {
  return (
    <LinkButton to="/policies/new" appearance="primary" icon={<AddRegular />}>
      {words.add}
    </LinkButton>
  );
}

function NoPolicies() {
  const { mayChange } = useViewer();
  return (
    <EmptyState icon={<RibbonStarRegular />} title={words.emptyTitle}>
      {words.empty} {!mayChange && words.emptyReader}
    </EmptyState>
  );
}

function Policies({ rows, loadingMore }: { rows: readonly PolicyRow[]; loadingMore: boolean }) {
  const styles = useStyles();
  const { policyId } = useParams();
  const [text, setText] = useUrlParam("q");
  const [order, setOrder] = useUrlParam("sort", "name");

  const sort = useMemo(() => parseSort(order), [order]);
  const found = useMemo(() => search(rows, text), [rows, text]);
  const shown = useMemo(() => sorted(found, sort), [found, sort]);

  return (
    <>
      <div className={styles.tools}>
        <div className={styles.search}>
          <SearchField label={words.search} value={text} onChange={setText} />
        </div>
        <Text className={styles.count} role="status">
          {text ? words.found(found.length, rows.length) : words.count(rows.length)}
        </Text>
      </div>
      {shown.length === 0 ? (
        <EmptyState title={words.noMatchTitle}>{words.noMatch}</EmptyState>
      ) : (
        <DataGrid
          label={words.title}
          columns={columns}
          rows={shown}
          rowKey={({ id }) => id}
          sort={sort}
          onSort={(next) => setOrder(formatSort(next))}
          selectedKey={policyId}
          loadingMore={loadingMore}
        />
      )}
    </>
  );
}

const columns: Column<PolicyRow>[] = [
  { key: "name", title: words.name, width: "2.4fr", sortable: true, cell: (row) => <NameLink {...row} /> },
  { key: "app", title: words.app, width: "1.6fr", sortable: true, cell: ({ app }) => app.name },
  { key: "product", title: words.product, width: "2.4fr", sortable: true, cell: (row) => <Products {...row} /> },
  {
    key: "available",
    title: words.available,
    width: "172px",
    align: "end",
    sortable: true,
    cell: (row) => <Available {...row} />,
  },
  {
    key: "status",
    title: words.status,
    width: "96px",
    sortable: true,
    cell: ({ enabled }) => <Status enabled={enabled} />,
  },
];

function NameLink({ id, name }: PolicyRow) {
  const styles = useStyles();
  const { search: query } = useLocation(); // The search stays when the pane closes.
  const to = `/policies/${id}${query}`;
  const follow = useLinkClickHandler<HTMLAnchorElement>(to);
  return (
    <FluentLink href={useHref(to)} className={styles.nameLink} onClick={follow}>
      {name}
    </FluentLink>
  );
}

function Products({ products }: PolicyRow) {
  const styles = useStyles();
  const lacking = products.filter(({ includesApp }) => !includesApp).length;
  return (
    <span className={styles.products}>
      {products[0]?.product.name}
      {products.length > 1 && (
        <Text size={200} className={styles.more}>
          {words.backups(products.length - 1)}
        </Text>
      )}
      {lacking > 0 && (
        <Text size={200} className={styles.warning}>
          <WarningRegular aria-hidden /> {words.lacking(lacking)}
        </Text>
      )}
    </span>
  );
}

function Available({ available }: PolicyRow) {
  if (available > 0) return formatNumber(available);
  return (
    <Badge appearance="tint" color="danger">
      {words.noneLeft}
    </Badge>
  );
}

export function Status({ enabled }: { enabled: boolean }) {
  return (
    <Badge appearance="tint" color={enabled ? "success" : "informative"}>
      {enabled ? words.on : words.off}
    </Badge>
  );
}
