// Formats dates and numbers in the locale of the browser.
const dateTimes = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const shortDays = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const numbers = new Intl.NumberFormat();
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const formatDateTime = (at: string) => dateTimes.format(new Date(at));
export const formatDate = (at: string) => dates.format(new Date(at));
/** Formats a day of the API, which is in UTC. */
export const formatDay = (day: string) => days.format(new Date(day));
/** Formats a day without its year. */
export const formatShortDay = (day: string) => shortDays.format(new Date(day));
export const formatNumber = (n: number) => numbers.format(n);

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
