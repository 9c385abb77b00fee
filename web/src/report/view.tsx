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

import { useFresh } from "../api/useFresh";
import { useAuth } from "../auth/react";
import { Choice } from "../components/Choice";
import { Page } from "../components/Page";
import { Failure, Loading, troubleText } from "../components/states";
import { useTell } from "../components/toasts";
import { Tools } from "../components/Tools";
import { useUrlParam } from "../components/useUrlParam";
import { ReportPoliciesDocument, ReportTotalsDocument } from "../gql/graphql";
import { useReadAnew } from "../policies/useReadAnew";
import { strings } from "../strings";
import { ClaimsList } from "./ClaimsList";
import { downloadCsv } from "./download";
import { MissedList } from "./MissedList";
import { defaultDays, periodOf, periodOptions } from "./period";
import { Totals } from "./Totals";
import { useInterval } from "./useInterval";
import { useLiveClaims } from "./useLiveClaims";

const words = strings.report;

const pause = 15_000; // Who is turned away is not told live.

const useStyles = makeStyles({
  tools: { display: "flex", flexWrap: "wrap", alignItems: "flex-end", gap: tokens.spacingHorizontalM },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  stale: { opacity: 0.6 },
  tabs: { flexWrap: "wrap", marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
});

/** Who claimed what in a period: figures, days, and each claim, live. */
export function Component() {
  const styles = useStyles();
  const [days, setDays] = useUrlParam("period", defaultDays);
  const [policyId, setPolicyId] = useUrlParam("policy");
  const [list, setList] = useUrlParam("list", "claims");
  const [text, setText] = useUrlParam("q");
  const report = { period: periodOf(days), policyId: policyId || undefined };

  const [{ data: choices }] = useQuery({ query: ReportPoliciesDocument, variables: { period: report.period } });
  const totals = useFresh(ReportTotalsDocument, report);
  const live = useLiveClaims(report.policyId, totals.readAnew);
  useReadAnew(totals.readAnew);
  useInterval(totals.readAnew, pause);
  const read = totals.data?.claimReport;
  const filter = { ...report, text: text.trim() || undefined };

  const policies = choices?.claimReport.byPolicy.map(({ policy }) => policy) ?? [];

  return (
    <Page title={words.title} lead={words.lead} actions={<Download days={days} filter={filter} />}>
      <div className={styles.tools}>
        <Choice label={words.period} value={days} options={periodOptions} onChange={setDays} />
        <Choice
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
          <Failure error={totals.error} retry={totals.readAnew} />
        ) : (
          <Loading />
        )
      ) : (
        <div className={mergeClasses(styles.content, totals.loading && styles.stale)}>
          {totals.error && (
            <MessageBar intent="warning" layout="multiline">
              <MessageBarBody>{troubleText(totals.error)}</MessageBarBody>
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
          <Tools search={{ label: words.search, value: text, onChange: setText }} />
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

function Download({ days, filter }: { days: string; filter: Parameters<typeof downloadCsv>[2] }) {
  const client = useClient();
  const auth = useAuth();
  const tell = useTell();
  const [busy, setBusy] = useState(false);

  const download = useCallback(async () => {
    setBusy(true);
    try {
      await downloadCsv(client, auth, filter, words.fileName(Number(days)));
    } catch (error) {
      console.warn(error);
      tell(words.downloadFailed, { intent: "error", body: words.downloadFailedText });
    } finally {
      setBusy(false);
    }
  }, [client, auth, filter, days, tell]);

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
