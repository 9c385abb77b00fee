import { Badge, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";

import { formatDate, formatNumber } from "../format";
import { strings } from "../strings";
import { type Pool, runOutOf } from "./forecast";

const words = strings.products;

const useStyles = makeStyles({
  usage: { display: "flex", flexDirection: "column", gap: "4px", width: "100%", maxWidth: "260px" },
  quiet: { color: tokens.colorNeutralForeground3 },
  track: {
    height: "6px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralStroke2,
    overflow: "hidden",
  },
  fill: {
    display: "block",
    height: "100%",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorCompoundBrandStroke,
  },
  high: { backgroundColor: tokens.colorPaletteDarkOrangeBackground3 },
  full: { backgroundColor: tokens.colorPaletteRedBackground3 },
  rate: { display: "flex", flexDirection: "column", alignItems: "flex-start", gap: "2px" },
});

/** How many licenses are in use, as figures and as a bar. */
export function Usage({ name, pool }: { name: string; pool?: Pool | null }) {
  const styles = useStyles();
  if (!pool) return <Text className={styles.quiet}>{words.notOwned}</Text>;

  const share = pool.total === 0 ? (pool.assigned > 0 ? 1 : 0) : Math.min(1, pool.assigned / pool.total);
  const text = words.usedOf(formatNumber(pool.assigned), formatNumber(pool.total));
  return (
    <div className={styles.usage}>
      <span>{text}</span>
      <span
        className={styles.track}
        role="meter"
        aria-label={words.usedLabel(name)}
        aria-valuemin={0}
        aria-valuemax={Math.max(pool.total, pool.assigned)}
        aria-valuenow={pool.assigned}
        aria-valuetext={text}
      >
        <span
          className={mergeClasses(styles.fill, share >= 1 ? styles.full : share >= 0.9 ? styles.high : undefined)}
          style={{ width: `${share * 100}%` }}
        />
      </span>
    </div>
  );
}

/** When the licenses run out at the current rate of claims, and that rate. */
export function RunOutDate({ pool, runsOut, rate }: { pool?: Pool | null; runsOut: number; rate: number }) {
  const styles = useStyles();
  if (!pool) return null;
  return (
    <span className={styles.rate}>
      <RunOutText runsOut={runsOut} />
      {rate > 0 && (
        <Text size={200} className={styles.quiet}>
          {rateText(rate)}
        </Text>
      )}
    </span>
  );
}

function RunOutText({ runsOut }: { runsOut: number }) {
  const styles = useStyles();
  switch (runOutOf(runsOut)) {
    case "empty":
      return (
        <Badge appearance="tint" color="danger">
          {words.soldOut}
        </Badge>
      );
    case "soon":
      return (
        <Badge appearance="tint" color="warning">
          {words.aboutOn(formatDate(new Date(runsOut).toISOString()))}
        </Badge>
      );
    case "later":
      return words.aboutOn(formatDate(new Date(runsOut).toISOString()));
    case "in over a year":
      return words.later;
    case "never":
      return <Text className={styles.quiet}>{words.noRate}</Text>;
  }
}

export function rateText(rate: number): string {
  const week = rate * 7;
  if (week < 0.95) return words.rateLow;
  const rounded = week < 10 ? Math.round(week * 10) / 10 : Math.round(week);
  return rounded === 1 ? words.rateOne : words.rate(formatNumber(rounded));
}
