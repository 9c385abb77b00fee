import type { ReportPeriod } from "../gql/graphql";
import { strings } from "../strings";

/** The periods by their number of days, as the address has it. */
const periods: Record<string, ReportPeriod> = {
  "1": "PAST_1_DAY",
  "7": "PAST_7_DAYS",
  "30": "PAST_30_DAYS",
  "90": "PAST_90_DAYS",
};

export const defaultDays = "90";

export const periodOf = (days: string): ReportPeriod => periods[days] ?? "PAST_90_DAYS";

export const periodOptions = Object.entries(strings.report.periods).map(([value, text]) => ({ value, text }));
