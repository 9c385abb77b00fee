import { formatDateTime, formatNumber } from "../format";
import { strings } from "../strings";

const words = strings.audit.details;

interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

// They are in every change of an object, and said elsewhere.
const expected = new Set(["id", "version", "updatedAt", "createdAt"]);

/** The fields that differ between two states of an object, or all of one that was not there before. */
export function changedFields(before: unknown, after: unknown): Change[] {
  const [from, to] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((field) => !expected.has(field) && JSON.stringify(from[field]) !== JSON.stringify(to[field]))
    .map((field) => ({ field, before: from[field], after: to[field] }));
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  value && typeof value === "object" ? (value as Record<string, unknown>) : {};

const time = /^\d{4}-\d\d-\d\dT/;

export const fieldLabel = (field: string) => (words.fields as Record<string, string>)[field] ?? field;

/** A value as one reads it. */
export function show(value: unknown): string {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0))
    return words.nothing;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return time.test(value) ? formatDateTime(value) : value;
  if (Array.isArray(value)) return value.map(show).join("; ");
  return Object.entries(fieldsOf(value))
    .map(([field, each]) => `${fieldLabel(field)}: ${show(each)}`)
    .join(", ");
}
