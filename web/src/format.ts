// Formats dates and numbers in the locale of the browser, and times in the time zone of the tenant.
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const shortDays = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const numbers = new Intl.NumberFormat();
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const formatsIn = (timeZone: string) => ({
  dateTimes: new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short", timeZone }),
  dates: new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone }),
});
let inZone = formatsIn("UTC");

/** Sets the time zone of all times. Returns its name, which is UTC if the browser doesn't know the zone. */
export function setTimeZone(timeZone: string): string {
  try {
    inZone = formatsIn(timeZone);
    return timeZone;
  } catch {
    inZone = formatsIn("UTC");
    return "UTC";
  }
}

export const formatDateTime = (at: string) => inZone.dateTimes.format(new Date(at));
export const formatDate = (at: string) => inZone.dates.format(new Date(at));
/** Formats a day of the API, such as 2026-03-01. A day is the same in all time zones. */
export const formatDay = (day: string) => days.format(new Date(day));
/** Formats a day without its year. */
export const formatShortDay = (day: string) => shortDays.format(new Date(day));
export const formatNumber = (n: number) => numbers.format(n);

/** Whether the language of the browser writes a comma in front of decimals. Its spreadsheets separate at semicolons. */
export const hasDecimalComma = () =>
  numbers.formatToParts(1.5).some(({ type, value }) => type === "decimal" && value === ",");

/** Formats the time since a moment, such as "5 minutes ago". */
export function formatAgo(at: string, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / length), unit);
}
