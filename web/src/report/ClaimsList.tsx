import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import { DataTrendingRegular } from "@fluentui/react-icons";
import { useMemo } from "react";

import { usePages } from "../api/usePages";
import { type Column, DataGrid } from "../components/DataGrid";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { useOnChange } from "../components/useOnChange";
import { formatDateTime } from "../format";
import { type ClaimRowFragment, ReportClaimsDocument, type ReportClaimsQueryVariables } from "../gql/graphql";
import { strings } from "../strings";
import { addLiveClaims } from "./claims";
import { UserCell } from "./UserCell";
import type { useLiveClaims } from "./useLiveClaims";

const words = strings.report;

const useStyles = makeStyles({
  product: { display: "flex", flexDirection: "column" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** The claims of the period, newest first. New claims appear at the top. */
export function ClaimsList({
  filter,
  live: { claims, reconnects },
}: {
  filter: ReportClaimsQueryVariables;
  live: ReturnType<typeof useLiveClaims>;
}) {
  const pages = usePages(ReportClaimsDocument, filter, ({ claimReport }) => claimReport.claims);
  useOnChange(reconnects, pages.reload);
  const rows = useMemo(() => addLiveClaims(claims, pages.rows, filter.text ?? ""), [claims, pages.rows, filter.text]);

  if (pages.loading) return <Loading />;
  if (rows.length === 0 && pages.error) return <ErrorState error={pages.error} retry={() => void pages.reload()} />;
  if (rows.length === 0) {
    return filter.text ? (
      <EmptyState title={words.noMatchTitle}>{words.noMatch}</EmptyState>
    ) : (
      <EmptyState icon={<DataTrendingRegular />} title={words.emptyTitle}>
        {words.empty}
      </EmptyState>
    );
  }
  return (
    <DataGrid
      label={words.claimsList}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      onMore={pages.more}
      loadingMore={pages.loadingMore}
      maxHeight="min(720px, calc(100dvh - 120px))"
    />
  );
}

const columns: Column<ClaimRowFragment>[] = [
  { key: "user", title: words.user, width: "2.2fr", cell: ({ user }) => <UserCell {...user} /> },
  { key: "product", title: words.product, width: "2.2fr", cell: (claim) => <Product {...claim} /> },
  {
    key: "policy",
    title: words.policy,
    width: "1.8fr",
    cell: ({ policy }) => (policy.deletedAt ? words.deleted(policy.name) : policy.name),
  },
  { key: "when", title: words.when, width: "214px", cell: ({ claimedAt }) => formatDateTime(claimedAt) },
  { key: "license", title: words.license, width: "104px", cell: ({ stillHeld }) => <Held held={stillHeld} /> },
];

function Product({ product, position }: ClaimRowFragment) {
  const styles = useStyles();
  return (
    <span className={styles.product}>
      {product.name}
      <Text size={200} className={styles.quiet}>
        {position === 0 ? words.primary : words.backup(position)}
      </Text>
    </span>
  );
}

function Held({ held }: { held: boolean }) {
  return (
    <Badge appearance="tint" color={held ? "success" : "informative"}>
      {held ? words.held : words.removed}
    </Badge>
  );
}
