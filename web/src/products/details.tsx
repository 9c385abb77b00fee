import { Button, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useCallback, useState } from "react";
import { useLocation, useNavigate, useOutletContext, useParams } from "react-router";

import { useRefreshableQuery } from "../api/useRefreshableQuery";
import { useAllPages } from "../api/usePages";
import { DetailsPane } from "../components/DetailsPane";
import { Fact, Facts, Section } from "../components/Section";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { formatDate, formatNumber } from "../format";
import { ProductDetailsDocument, type SubscriptionRowFragment, SubscriptionsDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { runOutTime } from "./forecast";
import { SubscriptionDialog } from "./SubscriptionDialog";
import { EditButton } from "./SubscriptionList";
import { SubscriptionStatusBadge } from "./SubscriptionStatus";
import { rateText, RunOutDate, Usage } from "./Usage";
import type { ListContext } from "./view";

const words = strings.products.details;

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  item: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  what: { flex: "1 1 180px", display: "flex", flexDirection: "column" },
  quiet: { color: tokens.colorNeutralForeground2 },
  apps: {
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalL,
    columns: "2 220px",
    columnGap: tokens.spacingHorizontalXXL,
    lineHeight: tokens.lineHeightBase400,
  },
});

/** The details pane of one product. */
export function Component() {
  const { productId = "" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const { data, error, loading, refresh } = useRefreshableQuery(ProductDetailsDocument, { id: productId });
  const close = useCallback(() => void navigate({ pathname: "/products", search }), [navigate, search]);

  const product = loading ? undefined : data?.product;
  const title = product?.name ?? (loading ? words.loading : words.goneTitle);

  return (
    <DetailsPane title={title} onClose={close}>
      {product ? (
        <Details product={product} onChanged={refresh} />
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

interface Product {
  id: string;
  name: string;
  code: string;
  apps: { id: string; name: string }[];
  pool?: { total: number; assigned: number; available: number } | null;
}

function Details({ product, onChanged }: { product: Product; onChanged(): void }) {
  const styles = useStyles();
  const { mayChange } = useViewer();
  const { reload: reloadList, rates } = useOutletContext<ListContext>();
  const [edited, edit] = useState<SubscriptionRowFragment | "new">();
  const { rows, loading, error, reload } = useAllPages(
    SubscriptionsDocument,
    { productId: product.id },
    ({ subscriptions }) => subscriptions,
  );
  const { pool } = product;
  const rate = rates.get(product.id) ?? 0;

  const changed = async () => {
    onChanged();
    await Promise.all([reload(), reloadList()]);
  };

  return (
    <>
      <Section title={words.licenses}>
        {pool && pool.assigned > pool.total && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{words.lapsed(pool.assigned - pool.total)}</MessageBarBody>
          </MessageBar>
        )}
        {pool && <Usage name={product.name} pool={pool} />}
        <Facts>
          <Fact term={words.total}>{formatNumber(pool?.total ?? 0)}</Fact>
          <Fact term={words.assigned}>{formatNumber(pool?.assigned ?? 0)}</Fact>
          <Fact term={words.available}>{formatNumber(pool?.available ?? 0)}</Fact>
          {pool && (
            <Fact term={words.runsOut}>
              <RunOutDate pool={pool} runsOut={runOutTime(pool, rate)} rate={0} />
            </Fact>
          )}
          {rate > 0 && <Fact term={words.rate}>{rateText(rate)}</Fact>}
          <Fact term={words.code}>{product.code}</Fact>
        </Facts>
      </Section>

      <Section
        title={words.subscriptions}
        action={
          mayChange && (
            <Button icon={<AddRegular />} onClick={() => edit("new")}>
              {strings.products.subscription.add}
            </Button>
          )
        }
      >
        {loading ? (
          <Loading />
        ) : error ? (
          <ErrorState error={error} retry={() => void reload()} />
        ) : rows.length === 0 ? (
          <Text className={styles.quiet}>{words.none}</Text>
        ) : (
          <ul className={styles.list} aria-label={words.subscriptions}>
            {rows.map((row) => (
              <li key={row.id} className={styles.item}>
                <span className={styles.what}>
                  <Text weight="semibold">{formatNumber(row.quantity)}</Text>
                  <Text size={200} className={styles.quiet}>
                    {strings.products.subscription.created}: {formatDate(row.createdAt)}
                  </Text>
                </span>
                <SubscriptionStatusBadge status={row.status} />
                {mayChange && <EditButton row={row} onClick={() => edit(row)} />}
              </li>
            ))}
          </ul>
        )}
      </Section>

      <Section title={words.apps(product.apps.length)}>
        <ul className={styles.apps}>
          {product.apps.map(({ id, name }) => (
            <li key={id}>{name}</li>
          ))}
        </ul>
      </Section>

      {edited && (
        <SubscriptionDialog
          product={edited === "new" ? product : undefined}
          subscription={edited === "new" ? undefined : edited}
          onClose={() => edit(undefined)}
          onDone={changed}
        />
      )}
    </>
  );
}
