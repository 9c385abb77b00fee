import { Button, makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import { AddRegular, BoxMultipleRegular, ReceiptRegular } from "@fluentui/react-icons";
import { useCallback, useMemo, useState } from "react";
import { Outlet, useLocation, useParams } from "react-router";

import { useRefreshableQuery } from "../api/useRefreshableQuery";
import { useAllPages } from "../api/usePages";
import { SelectField } from "../components/SelectField";
import { type Column, DataGrid } from "../components/DataGrid";
import { Page } from "../components/Page";
import { TextLink } from "../components/TextLink";
import { formatSort, parseSort } from "../components/sort";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { ListToolbar } from "../components/ListToolbar";
import { useUrlParam } from "../components/useUrlParam";
import { formatNumber } from "../format";
import { ClaimRatesDocument, ProductsDocument } from "../gql/graphql";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { claimRates, runOutTime } from "./forecast";
import { type ProductRow, sorted } from "./rows";
import { SubscriptionDialog } from "./SubscriptionDialog";
import { SubscriptionList } from "./SubscriptionList";
import { RunOutDate, Usage } from "./Usage";
import { useLivePools } from "./useLivePools";

const words = strings.products;

const useStyles = makeStyles({
  tabs: { flexWrap: "wrap", marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
});

export interface ListContext {
  /** Reads the list again after a change. */
  reload(): Promise<void>;
  /** Claims per day, by product ID. */
  rates: ReadonlyMap<string, number>;
}

/** The tenant's license pools and subscriptions. The details of one product open in a pane over them. */
export function Component() {
  const styles = useStyles();
  const { mayChange } = useViewer();
  const [tab, setTab] = useUrlParam("tab", "licenses");
  const [show, setShow] = useUrlParam("show", "owned");
  const [text, setText] = useUrlParam("q");
  const [adding, setAdding] = useState(false);
  const [changes, setChanges] = useState(0);

  const owned = show === "all" ? undefined : true;
  const pages = useAllPages(ProductsDocument, { owned, text: text.trim() || undefined }, ({ products }) => products);
  const { pools, refresh } = useLivePools(pages.reload);
  const claims = useRefreshableQuery(ClaimRatesDocument, {});
  const rates = useMemo(() => claimRates(claims.data?.claimReport), [claims.data]);

  const reload = useCallback(async () => {
    setChanges((n) => n + 1);
    await refresh();
  }, [refresh]);
  useRefreshOnFocus(reload);

  const rows = useMemo(
    () =>
      pages.rows.map<ProductRow>((product) => {
        const pool = pools.get(product.id) ?? product.pool;
        const rate = rates.get(product.id) ?? 0;
        return { ...product, pool, rate, runsOut: runOutTime(pool, rate) };
      }),
    [pages.rows, pools, rates],
  );

  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        mayChange && (
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setAdding(true)}>
            {words.subscription.add}
          </Button>
        )
      }
    >
      <TabList
        className={styles.tabs}
        aria-label={words.views}
        selectedValue={tab}
        onTabSelect={(_, { value }) => setTab(String(value))}
      >
        <Tab value="licenses" icon={<BoxMultipleRegular />}>
          {words.licensesTab}
        </Tab>
        <Tab value="subscriptions" icon={<ReceiptRegular />}>
          {words.subscriptionsTab}
        </Tab>
      </TabList>
      {tab === "subscriptions" ? (
        <SubscriptionList changes={changes} onChanged={reload} />
      ) : (
        <>
          <ListToolbar
            search={{ label: words.search, value: text, onChange: setText }}
            count={pages.loading ? undefined : words.count(rows.length)}
          >
            <SelectField
              label={words.show}
              value={show}
              options={[
                { value: "owned", text: words.owned },
                { value: "all", text: words.all },
              ]}
              onChange={setShow}
            />
          </ListToolbar>
          {pages.loading ? (
            <Loading />
          ) : rows.length === 0 && pages.error ? (
            <ErrorState error={pages.error} retry={() => void pages.reload()} />
          ) : rows.length === 0 ? (
            text ? (
              <EmptyState title={words.noMatchTitle}>{words.noMatch}</EmptyState>
            ) : (
              <EmptyState icon={<BoxMultipleRegular />} title={words.emptyTitle}>
                {mayChange ? words.empty : words.emptyReader}
              </EmptyState>
            )
          ) : (
            <Products rows={rows} loadingMore={pages.loadingMore} />
          )}
        </>
      )}
      {adding && <SubscriptionDialog onClose={() => setAdding(false)} onDone={reload} />}
      <Outlet context={{ reload, rates } satisfies ListContext} />
    </Page>
  );
}

function Products({ rows, loadingMore }: { rows: readonly ProductRow[]; loadingMore: boolean }) {
  const { productId } = useParams();
  const [order, setOrder] = useUrlParam("sort", "name");
  const sort = useMemo(() => parseSort(order), [order]);
  const shown = useMemo(() => sorted(rows, sort), [rows, sort]);
  return (
    <DataGrid
      label={words.list}
      columns={columns}
      rows={shown}
      rowKey={({ id }) => id}
      sort={sort}
      onSort={(next) => setOrder(formatSort(next))}
      selectedKey={productId}
      loadingMore={loadingMore}
      maxHeight="max(400px, calc(100dvh - 330px))"
    />
  );
}

const columns: Column<ProductRow>[] = [
  { key: "name", title: words.product, width: "2.4fr", sortable: true, cell: (row) => <Name {...row} /> },
  {
    key: "used",
    title: words.used,
    width: "1.6fr",
    sortable: true,
    cell: ({ name, pool }) => <Usage name={name} pool={pool} />,
  },
  {
    key: "available",
    title: words.available,
    width: "120px",
    align: "end",
    sortable: true,
    cell: ({ pool }) => (pool ? formatNumber(pool.available) : ""),
  },
  { key: "runsOut", title: words.runsOut, width: "1.4fr", sortable: true, cell: (row) => <RunOutDate {...row} /> },
];

function Name({ id, name }: ProductRow) {
  const { search } = useLocation(); // The search stays when the pane closes.
  return (
    <TextLink strong to={`/products/${id}${search}`}>
      {name}
    </TextLink>
  );
}
