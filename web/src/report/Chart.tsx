import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useId, useState } from "react";

import { formatDay, formatNumber, formatShortDay } from "../format";
import { strings } from "../strings";
import { type ChartDay, axisTicks, type ChartSeries } from "./chartData";
import { useWidth } from "./useWidth";

const words = strings.report;

const useStyles = makeStyles({
  chart: { position: "relative", minWidth: 0 },
  svg: { display: "block", width: "100%" },
  label: { fill: tokens.colorNeutralForeground2, fontSize: "12px", fontFamily: tokens.fontFamilyBase },
  line: { stroke: tokens.colorNeutralStroke2, strokeWidth: "1px" },
  hit: { fill: "transparent", "&:hover": { fill: tokens.colorNeutralBackground1Hover } },
  bar: { pointerEvents: "none" },
  tip: {
    position: "absolute",
    top: 0,
    pointerEvents: "none",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow8,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    fontSize: tokens.fontSizeBase200,
    maxWidth: "220px",
  },
  legend: {
    listStyleType: "none",
    margin: `${tokens.spacingVerticalS} 0 0`,
    padding: 0,
    display: "flex",
    flexWrap: "wrap",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
  },
  key: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS, fontSize: tokens.fontSizeBase200 },
  swatch: { width: "12px", height: "12px", borderRadius: "2px", flexShrink: 0 },
});

const height = 220;
const margin = { top: 8, right: 4, bottom: 24 };

/** A bar for each day, stacked by product. DayTable shows the same data as a table. */
export function Chart({ series, days }: { series: readonly ChartSeries[]; days: readonly ChartDay[] }) {
  const styles = useStyles();
  const [measure, width] = useWidth();
  const [at, setAt] = useState<number>();
  const title = useId();

  const marks = axisTicks(Math.max(...days.map(({ total }) => total)));
  const top = marks.at(-1)!;
  const left = 12 + 7 * formatNumber(top).length;
  const inner = Math.max(1, width - left - margin.right);
  const step = inner / days.length;
  const bar = Math.min(40, Math.max(1, step - (step > 6 ? 3 : 1)));
  const x = (i: number) => left + step * i;
  const y = (n: number) => margin.top + (height - margin.top - margin.bottom) * (1 - n / top);
  const every = Math.ceil(days.length / Math.max(1, Math.floor(inner / 72)));

  const hovered = at === undefined ? undefined : days[at];

  return (
    <div ref={measure} className={styles.chart}>
      {width > 0 && (
        <svg
          className={styles.svg}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-labelledby={title}
          onPointerLeave={() => setAt(undefined)}
        >
          <title id={title}>{summaryOf(days)}</title>
          {marks.map((mark) => (
            <g key={mark}>
              <line className={styles.line} x1={left} x2={width - margin.right} y1={y(mark)} y2={y(mark)} />
              <text className={styles.label} x={left - 8} y={y(mark) + 4} textAnchor="end">
                {formatNumber(mark)}
              </text>
            </g>
          ))}
          {days.map((day, i) => (
            <g key={day.day}>
              <rect
                className={styles.hit}
                x={x(i)}
                y={margin.top}
                width={step}
                height={height - margin.top - margin.bottom}
                onPointerEnter={() => setAt(i)}
              />
              {stack(day.counts).map(({ from, to }, j) =>
                to > from ? (
                  <rect
                    key={series[j]!.id}
                    className={styles.bar}
                    x={x(i) + (step - bar) / 2}
                    y={y(to)}
                    width={bar}
                    height={Math.max(1, y(from) - y(to) - (from > 0 ? 1 : 0))}
                    rx={bar > 8 ? 2 : 0}
                    style={{ fill: series[j]!.color }}
                  />
                ) : null,
              )}
              {(days.length - 1 - i) % every === 0 && (
                <text
                  className={styles.label}
                  x={Math.min(x(i) + step / 2, width - 22)}
                  y={height - 6}
                  textAnchor="middle"
                >
                  {formatShortDay(day.day)}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
      {hovered && at !== undefined && (
        <div
          className={styles.tip}
          aria-hidden
          style={x(at) < width / 2 ? { left: x(at) + step + 8 } : { right: width - x(at) + 8 }}
        >
          <Text size={200} weight="semibold" block>
            {formatDay(hovered.day)}
          </Text>
          {hovered.total === 0 && words.dayTotal(0)}
          {series.map(({ id, name, color }, i) =>
            hovered.counts[i] ? (
              <span key={id} className={styles.key}>
                <span className={styles.swatch} style={{ backgroundColor: color }} />
                {name}: {formatNumber(hovered.counts[i])}
              </span>
            ) : null,
          )}
        </div>
      )}
      <ul className={styles.legend}>
        {series.map(({ id, name, color }) => (
          <li key={id} className={styles.key}>
            <span className={styles.swatch} style={{ backgroundColor: color }} />
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Returns where each part of a stack starts and ends. */
function stack(counts: readonly number[]) {
  let from = 0;
  return counts.map((n) => ({ from, to: (from += n) }));
}

function summaryOf(days: readonly ChartDay[]): string {
  const total = days.reduce((sum, day) => sum + day.total, 0);
  const peak = days.reduce((most, day) => (day.total > most.total ? day : most));
  return [
    words.chart + ":",
    words.chartSummary(total, days.length),
    peak.total > 0 && words.chartPeak(formatDay(peak.day), peak.total),
  ]
    .filter(Boolean)
    .join(" ");
}
