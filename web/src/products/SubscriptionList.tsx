import { Button } from "@fluentui/react-components";
import { EditRegular, ReceiptRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useLocation } from "react-router";

import { usePages } from "../api/usePages";
import { SelectField } from "../components/SelectField";
import { type Column, DataGrid } from "../components/DataGrid";
import { TextLink } from "../components/TextLink";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { ListToolbar } from "../components/ListToolbar";
import { useUrlParam } from "../components/useUrlParam";
import { useOnChange } from "../components/useOnChange";
import { formatDate, formatNumber } from "../format";
import { type SubscriptionRowFragment, SubscriptionsDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { SubscriptionDialog } from "./SubscriptionDialog";
import { subscriptionStatuses, SubscriptionStatusBadge } from "./SubscriptionStatus";

const words = strings.products.subscription;

/** The list of subscriptions, optionally of one status. */
export function SubscriptionList({ changes, onChanged }: { changes: number; onChanged(): Promise<void> }) {
  const { mayChange } = useViewer();
  const [status, setStatus] = useUrlParam("status");
  const [edited, edit] = useState<SubscriptionRowFragment>();
  const { rows, loading, error, more, loadingMore, reload } = usePages(
    SubscriptionsDocument,
    { status: subscriptionStatuses.find((each) => each === status) },
    ({ subscriptions }) => subscriptions,
  );
  useOnChange(changes, reload);

  const columns: Column<SubscriptionRowFragment>[] = [
    { key: "product", title: words.product, width: "2.4fr", cell: ({ product }) => <ProductLink {...product} /> },
    {
      key: "quantity",
      title: words.quantity,
      width: "120px",
      align: "end",
      cell: ({ quantity }) => formatNumber(quantity),
    },
    {
      key: "status",
      title: words.status,
      width: "130px",
      cell: (row) => <SubscriptionStatusBadge status={row.status} />,
    },
    {
      key: "created",
      title: words.created,
      width: "140px",
      wideOnly: true,
      cell: ({ createdAt }) => formatDate(createdAt),
    },
    {
      key: "changed",
      title: words.changed,
      width: "140px",
      wideOnly: true,
      cell: ({ updatedAt }) => formatDate(updatedAt),
    },
    ...(mayChange
      ? [
          {
            key: "edit",
            title: words.editShort,
            width: "124px",
            cell: (row: SubscriptionRowFragment) => <EditButton row={row} onClick={() => edit(row)} />,
          },
        ]
      : []),
  ];

  return (
    <>
      <ListToolbar>
        <SelectField
          label={words.filter}
          value={status}
          options={[
            { value: "", text: words.anyStatus },
            ...subscriptionStatuses.map((value) => ({ value: value, text: words.statuses[value] })),
          ]}
          onChange={setStatus}
        />
      </ListToolbar>
      {loading ? (
        <Loading />
      ) : rows.length === 0 && error ? (
        <ErrorState error={error} retry={() => void reload()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<ReceiptRegular />} title={status ? words.noMatchTitle : words.emptyTitle}>
          {status ? words.noMatch : words.empty}
        </EmptyState>
      ) : (
        <DataGrid
          label={words.list}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          onMore={more}
          loadingMore={loadingMore}
          maxHeight="max(400px, calc(100dvh - 330px))"
        />
      )}
      {edited && <SubscriptionDialog subscription={edited} onClose={() => edit(undefined)} onDone={onChanged} />}
    </>
  );
}

export function EditButton({ row, onClick }: { row: SubscriptionRowFragment; onClick(): void }) {
  return (
    <Button
      size="small"
      icon={<EditRegular />}
      aria-label={words.editLabel(row.product.name, formatNumber(row.quantity), words.statuses[row.status])}
      onClick={onClick}
    >
      {words.editShort}
    </Button>
  );
}

function ProductLink({ id, name }: SubscriptionRowFragment["product"]) {
  const { search } = useLocation();
  return (
    <TextLink strong to={`/products/${id}${search}`}>
      {name}
    </TextLink>
  );
}
