// What an audit event changed, as a list of fields with their values before and after as text.
import { formatDateTime, formatNumber } from "../format";
import { type FieldName, fieldNames, fieldOf } from "../policies/fields";
import { strings } from "../strings";

const words = strings.audit.details;

interface Change {
  field: string;
  label: string;
  before: string;
  after: string;
}

// Every change sets these, and the pane shows the time elsewhere.
const hiddenFields = new Set(["id", "version", "updatedAt", "createdAt"]);

/** Returns the fields that differ between two states of an object. A new object's before is null: all fields differ. */
export function changedFields(objectId: string, before: unknown, after: unknown): Change[] {
  const [from, to] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((field) => !hiddenFields.has(field) && JSON.stringify(from[field]) !== JSON.stringify(to[field]))
    .map((field) => ({
      field,
      label: labelOf(objectId, field),
      before: formatField(objectId, field, from[field]),
      after: formatField(objectId, field, to[field]),
    }));
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  value && typeof value === "object" ? (value as Record<string, unknown>) : {};

const isPolicyField = (objectId: string, field: string): field is FieldName =>
  objectId.startsWith("policy_") && fieldNames.some((name) => name === field);

const labelOf = (objectId: string, field: string) =>
  isPolicyField(objectId, field) ? fieldOf(field).label : fieldLabel(field);

const fieldLabel = (field: string) => (words.fields as Record<string, string>)[field] ?? field;

function formatField(objectId: string, field: string, value: unknown): string {
  const isSwitch = isPolicyField(objectId, field) && fieldOf(field).control.kind === "switch";
  if (isSwitch && typeof value === "boolean") return value ? strings.policies.on : strings.policies.off;
  return formatValue(value);
}

const time = /^\d{4}-\d\d-\d\dT/;

export function formatValue(value: unknown): string {
  if (value === undefined || value === null || value === "") return strings.common.none;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return time.test(value) ? formatDateTime(value) : value;
  if (Array.isArray(value)) return value.length === 0 ? strings.common.none : value.map(formatValue).join("; ");
  return Object.entries(fieldsOf(value))
    .map(([field, each]) => `${fieldLabel(field)}: ${formatValue(each)}`)
    .join(", ");
}
