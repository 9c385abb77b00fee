import {
  Badge,
  Button,
  makeStyles,
  MessageBar,
  MessageBarBody,
  mergeClasses,
  Spinner,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownloadRegular, DataTrendingRegular, PersonProhibitedRegular } from "@fluentui/react-icons";
import { useCallback, useState } from "react";
import { useClient, useQuery } from "urql";

import { errorText } from "../api/errors";
import { useRefreshableQuery } from "../api/useRefreshableQuery";
import { useAuth } from "../auth/react";
import { SelectField } from "../components/SelectField";
import { Page } from "../components/Page";
import { ErrorState, Loading } from "../components/states";
import { useToast } from "../components/toasts";
import { ListToolbar } from "../components/ListToolbar";
import { useUrlParam } from "../components/useUrlParam";
import { ReportPoliciesDocument, ReportTotalsDocument } from "../gql/graphql";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { strings } from "../strings";
import { ClaimsList } from "./ClaimsList";
import { downloadCsv } from "./download";
import { MissedList } from "./MissedList";
import { defaultDays, periodOf, periodOptions } from "./period";
import { Totals } from "./Totals";
import { usePolling } from "./usePolling";
import { useLiveClaims } from "./useLiveClaims";

const words = strings.report;

const pollingInterval = 15_000; // The API has no subscription for users who are turned away.

const useStyles = makeStyles({
  tools: { display: "flex", flexWrap: "wrap", alignItems: "flex-end", gap: tokens.spacingHorizontalM },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  stale: { opacity: 0.6 },
  tabs: { flexWrap: "wrap", marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
});

/** The report of a period: totals, claims per day, and the list of claims, live. */
export function Component() {
  const styles = useStyles();
  const [days, setDays] = useUrlParam("period", defaultDays);
  const [policyId, setPolicyId] = useUrlParam("policy");
  const [list, setList] = useUrlParam("list", "claims");
  const [text, setText] = useUrlParam("q");
  const report = { period: periodOf(days), policyId: policyId || undefined };

  const [{ data: choices }] = useQuery({ query: ReportPoliciesDocument, variables: { period: report.period } });
  const totals = useRefreshableQuery(ReportTotalsDocument, report);
  const live = useLiveClaims(report.policyId, totals.refresh);
  useRefreshOnFocus(totals.refresh);
  usePolling(totals.refresh, pollingInterval);
  const read = totals.data?.claimReport;
  const filter = { ...report, text: text.trim() || undefined };

  const policies = choices?.claimReport.byPolicy.map(({ policy }) => policy) ?? [];

  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={<Download list={list === "missed" ? "missed" : "claims"} filter={filter} />}
    >
      <div className={styles.tools}>
        <SelectField label={words.period} value={days} options={periodOptions} onChange={setDays} />
        <SelectField
          label={words.policy}
          value={policyId}
          options={[
            { value: "", text: words.allPolicies },
            ...policies.map(({ id, name, deletedAt }) => ({ value: id, text: deletedAt ? words.deleted(name) : name })),
            ...(policyId && !policies.some(({ id }) => id === policyId)
              ? [{ value: policyId, text: words.policy }]
              : []),
          ]}
          onChange={setPolicyId}
        />
      </div>
      {!read ? (
        totals.error ? (
          <ErrorState error={totals.error} retry={totals.refresh} />
        ) : (
          <Loading />
        )
      ) : (
        <div className={mergeClasses(styles.content, totals.loading && styles.stale)}>
          {totals.error && (
            <MessageBar intent="warning" layout="multiline">
              <MessageBarBody>{errorText(totals.error)}</MessageBarBody>
            </MessageBar>
          )}
          <Totals totals={read} />
        </div>
      )}
      {read && (
        <>
          <TabList
            className={styles.tabs}
            aria-label={words.list}
            selectedValue={list}
            onTabSelect={(_, { value }) => setList(String(value))}
          >
            <Tab value="claims" icon={<DataTrendingRegular />}>
              {words.claimsTab} <Count of={read.totalClaims} />
            </Tab>
            <Tab value="missed" icon={<PersonProhibitedRegular />}>
              {words.missedTab} <Count of={read.missedClaims.totalCount} />
            </Tab>
          </TabList>
          <ListToolbar search={{ label: words.search, value: text, onChange: setText }} />
          {list === "missed" ? (
            <MissedList filter={filter} count={read.missedClaims.totalCount} />
          ) : (
            <ClaimsList filter={filter} live={live} />
          )}
        </>
      )}
    </Page>
  );
}

const shortNumbers = new Intl.NumberFormat(undefined, { notation: "compact" });

function Count({ of }: { of: number }) {
  return (
    <Badge appearance="tint" color="informative" size="small">
      {shortNumbers.format(of)}
    </Badge>
  );
}

/** Downloads the rows of the list that is shown. */
function Download({ list, filter }: { list: "claims" | "missed"; filter: Parameters<typeof downloadCsv>[3] }) {
  const client = useClient();
  const auth = useAuth();
  const showToast = useToast();
  const [busy, setBusy] = useState(false);

  const download = useCallback(async () => {
    setBusy(true);
    try {
      await downloadCsv(client, auth, list, filter, words.fileName);
    } catch (error) {
      console.warn(error);
      showToast(words.downloadFailed, { intent: "error", body: words.downloadFailedText });
    } finally {
      setBusy(false);
    }
  }, [client, auth, list, filter, showToast]);

  return (
    <Button
      icon={busy ? <Spinner size="extra-tiny" /> : <ArrowDownloadRegular />}
      disabledFocusable={busy}
      onClick={download}
    >
      {busy ? words.downloading : words.download}
    </Button>
  );
}
