import { makeStyles, tokens } from "@fluentui/react-components";

import { formatDay, formatNumber } from "../format";
import { strings } from "../strings";
import type { ChartDay, ChartSeries } from "./chartData";

const words = strings.report;

const useStyles = makeStyles({
  scroller: { overflow: "auto", maxHeight: "260px" },
  table: { borderCollapse: "collapse", width: "100%", fontSize: tokens.fontSizeBase200 },
  head: {
    position: "sticky",
    top: 0,
    backgroundColor: tokens.colorNeutralBackground1,
    textAlign: "end",
    padding: tokens.spacingHorizontalS,
    fontWeight: tokens.fontWeightSemibold,
  },
  day: {
    textAlign: "start",
    fontWeight: tokens.fontWeightRegular,
    whiteSpace: "nowrap",
    padding: tokens.spacingHorizontalS,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  cell: { textAlign: "end", padding: tokens.spacingHorizontalS, borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
});

/** The data of the chart as a table, newest day first. */
export function DayTable({ series, days }: { series: readonly ChartSeries[]; days: readonly ChartDay[] }) {
  const styles = useStyles();
  return (
    <div className={styles.scroller} tabIndex={0} role="group" aria-label={words.chart}>
      <table className={styles.table} aria-label={words.chart}>
        <thead>
          <tr>
            <th scope="col" className={styles.head} style={{ textAlign: "start" }}>
              {words.day}
            </th>
            {series.map(({ id, name }) => (
              <th key={id} scope="col" className={styles.head}>
                {name}
              </th>
            ))}
            <th scope="col" className={styles.head}>
              {words.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ day, counts, total }) => (
            <tr key={day}>
              <th scope="row" className={styles.day}>
                {formatDay(day)}
              </th>
              {counts.map((n, i) => (
                <td key={series[i]!.id} className={styles.cell}>
                  {formatNumber(n)}
                </td>
              ))}
              <td className={styles.cell}>{formatNumber(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
