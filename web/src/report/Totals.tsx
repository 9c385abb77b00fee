import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { DataBarVerticalRegular, TableRegular } from "@fluentui/react-icons";
import { useMemo } from "react";

import { Section } from "../components/Section";
import { useUrlParam } from "../components/useUrlParam";
import { formatNumber } from "../format";
import type { ReportTotalsQuery } from "../gql/graphql";
import { strings } from "../strings";
import { Chart } from "./Chart";
import { DayTable } from "./DayTable";
import { chartDataOf } from "./chartData";

const words = strings.report;

const card = {
  backgroundColor: tokens.colorNeutralBackground1,
  border: `1px solid ${tokens.colorNeutralStroke2}`,
  borderRadius: tokens.borderRadiusLarge,
  padding: tokens.spacingHorizontalL,
  minWidth: 0,
} as const;

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "minmax(0, 1fr) 300px",
    "@media (max-width: 1100px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  side: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    minWidth: 0,
    "@media (max-width: 1100px)": { flexDirection: "row", flexWrap: "wrap", "& > *": { flex: "1 1 260px" } },
  },
  figures: {
    margin: 0,
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(160px, 100%), 1fr))",
    gap: tokens.spacingHorizontalL,
  },
  card,
  figure: { display: "flex", flexDirection: "column-reverse", justifyContent: "flex-end" },
  number: {
    margin: 0,
    fontSize: tokens.fontSizeHero800,
    lineHeight: tokens.lineHeightHero800,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  term: { color: tokens.colorNeutralForeground2 },
  quiet: { color: tokens.colorNeutralForeground2 },
  shares: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
  },
  share: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    columnGap: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase200,
  },
  track: {
    gridColumn: "1 / -1",
    height: "6px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralStroke2,
    overflow: "hidden",
  },
  fill: { height: "100%", borderRadius: tokens.borderRadiusCircular },
});

/** The totals of a period, and its claims per day. */
export function Totals({ totals }: { totals: ReportTotalsQuery["claimReport"] }) {
  const styles = useStyles();
  const [shown, show] = useUrlParam("days");
  const { series, days } = useMemo(() => chartDataOf(totals), [totals]);
  const asTable = shown === "table";
  const length = Math.round((Date.parse(totals.until) - Date.parse(totals.since)) / 86_400_000);
  const colorOf = (id: string) => (series.find((each) => each.id === id) ?? series.at(-1))?.color;

  return (
    <>
      <dl className={styles.figures} aria-label={words.totals}>
        <Figure term={words.claims}>{formatNumber(totals.totalClaims)}</Figure>
        <Figure term={words.turnedAway}>{formatNumber(totals.missedClaims.totalCount)}</Figure>
        <Figure term={words.perDay}>{formatNumber(Math.round((totals.totalClaims / length) * 10) / 10)}</Figure>
      </dl>
      {totals.totalClaims > 0 && (
        <div className={styles.grid}>
          <div className={styles.card}>
            <Section
              heading="h2"
              title={words.chart}
              action={
                <Button
                  size="small"
                  icon={asTable ? <DataBarVerticalRegular /> : <TableRegular />}
                  onClick={() => show(asTable ? "" : "table")}
                >
                  {asTable ? words.asChart : words.asTable}
                </Button>
              }
            >
              {asTable ? <DayTable series={series} days={days} /> : <Chart series={series} days={days} />}
              <Text size={200} className={styles.quiet}>
                {words.daysIn(totals.timeZone)}
              </Text>
            </Section>
          </div>
          <div className={styles.side}>
            <Shares
              title={words.byProduct}
              total={totals.totalClaims}
              shares={totals.byProduct.map(({ product, claims }) => ({
                ...product,
                claims,
                color: colorOf(product.id),
              }))}
            />
            <Shares
              title={words.byPolicy}
              total={totals.totalClaims}
              shares={totals.byPolicy.map(({ policy, claims }) => ({
                id: policy.id,
                claims,
                name: policy.deletedAt ? words.deleted(policy.name) : policy.name,
              }))}
            />
          </div>
        </div>
      )}
    </>
  );
}

function Figure({ term, children }: { term: string; children: string }) {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.card, styles.figure)}>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.number}>{children}</dd>
    </div>
  );
}

interface Share {
  id: string;
  name: string;
  claims: number;
  color?: string;
}

function Shares({ title, total, shares }: { title: string; total: number; shares: readonly Share[] }) {
  const styles = useStyles();
  return (
    <div className={styles.card}>
      <Section heading="h2" title={title}>
        <ul className={styles.shares}>
          {shares.map(({ id, name, claims, color = tokens.colorCompoundBrandStroke }) => (
            <li key={id} className={styles.share}>
              <span>{name}</span>
              <span>{words.share(formatNumber(claims), Math.round((claims / total) * 100))}</span>
              <span className={styles.track} aria-hidden>
                <span
                  className={styles.fill}
                  style={{ display: "block", width: `${(claims / total) * 100}%`, backgroundColor: color }}
                />
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
