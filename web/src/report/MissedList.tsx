import { PersonProhibitedRegular } from "@fluentui/react-icons";

import { usePages } from "../api/usePages";
import { type Column, DataGrid } from "../components/DataGrid";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { useOnChange } from "../components/useOnChange";
import { formatDateTime, formatNumber } from "../format";
import {
  ReportMissedClaimsDocument,
  type ReportMissedClaimsQuery,
  type ReportMissedClaimsQueryVariables,
} from "../gql/graphql";
import { strings } from "../strings";
import { UserCell } from "./UserCell";

const words = strings.report;

type Row = ReportMissedClaimsQuery["claimReport"]["missedClaims"]["nodes"][number];

/** Users who got no license because none was left. */
export function MissedList({ filter, count }: { filter: ReportMissedClaimsQueryVariables; count: number }) {
  const { rows, loading, error, more, loadingMore, reload } = usePages(
    ReportMissedClaimsDocument,
    filter,
    ({ claimReport }) => claimReport.missedClaims,
  );

  useOnChange(count, reload);

  if (loading) return <Loading />;
  if (rows.length === 0 && error) return <ErrorState error={error} retry={() => void reload()} />;
  if (rows.length === 0) {
    return filter.text ? (
      <EmptyState title={words.noMatchTitle}>{words.noMatch}</EmptyState>
    ) : (
      <EmptyState icon={<PersonProhibitedRegular />} title={words.noMissedTitle}>
        {words.noMissed}
      </EmptyState>
    );
  }
  return (
    <DataGrid
      label={words.missedList}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      onMore={more}
      loadingMore={loadingMore}
      maxHeight="min(720px, calc(100dvh - 120px))"
    />
  );
}

const columns: Column<Row>[] = [
  { key: "user", title: words.user, width: "2.2fr", cell: ({ user }) => <UserCell {...user} /> },
  {
    key: "policy",
    title: words.policy,
    width: "2fr",
    cell: ({ policy }) => (policy.deletedAt ? words.deleted(policy.name) : policy.name),
  },
  { key: "first", title: words.firstAt, width: "214px", cell: ({ firstAt }) => formatDateTime(firstAt) },
  { key: "last", title: words.lastAt, width: "214px", cell: ({ lastAt }) => formatDateTime(lastAt) },
  { key: "count", title: words.times, width: "110px", align: "end", cell: ({ count }) => formatNumber(count) },
];
