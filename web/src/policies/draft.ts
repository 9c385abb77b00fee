// A policy as it is edited: one value for each field of the table.
import type { PolicyStateFragment, UpdatePolicyInput } from "../gql/graphql";
import { type Draft, type DraftInput, fieldNames, type FieldName, fieldOf } from "./fields";
import type { PolicyField, ValidationContext } from "./fieldTypes";

const mapFields = (names: readonly FieldName[], map: (field: PolicyField<unknown>, name: FieldName) => unknown) =>
  Object.fromEntries(names.map((name) => [name, map(fieldOf(name), name)]));

export const emptyDraft = mapFields(fieldNames, ({ initial }) => initial) as Draft;

export const draftOf = (policy: PolicyStateFragment) => mapFields(fieldNames, (field) => field.read(policy)) as Draft;

export const sameDraft = (a: Draft, b: Draft) => fieldNames.every((name) => fieldOf(name).same(a[name], b[name]));

/** Returns all fields, as createPolicy takes them. */
export const draftInput = (draft: Draft) =>
  mapFields(fieldNames, (field, name) => field.input(draft[name])) as DraftInput;

/** Returns the fields that changed, as updatePolicy takes them. */
export function changedInput(before: Draft, after: Draft): Partial<Omit<UpdatePolicyInput, "policyId" | "version">> {
  const changed = fieldNames.filter((name) => !fieldOf(name).same(before[name], after[name]));
  return mapFields(changed, (field, name) => field.input(after[name]));
}

/** Says whether the fields pass the checks of the console. */
export const isValid = (draft: Draft, context: ValidationContext, names: readonly FieldName[] = fieldNames) =>
  names.every((name) => fieldOf(name).validate(draft[name], context) === undefined);

/** Keeps what I changed, and takes everything else from the other admin's version. */
export const merge = (base: Draft, mine: Draft, theirs: Draft) =>
  mapFields(fieldNames, (field, name) => field.merge(base[name], mine[name], theirs[name])) as Draft;

export interface Difference {
  key: string;
  label: string;
  before: string;
  now: string;
  /** My value; undefined if I did not change it. */
  mine?: string;
}

/** Describes what the other admin changed, and where I changed the same. */
export function differences(base: Draft, mine: Draft, theirs: Draft, appName: (id: string) => string): Difference[] {
  return fieldNames.flatMap((name) => {
    const { describe } = fieldOf(name);
    const textsOf = (draft: Draft) => new Map(describe(draft[name], appName).map(({ key, text }) => [key, text]));
    const [before, my] = [textsOf(base), textsOf(mine)];
    return describe(theirs[name], appName)
      .filter(({ key, text }) => before.has(key) && before.get(key) !== text)
      .map(({ key, label, text }) => ({
        key,
        label,
        before: before.get(key)!,
        now: text,
        mine: my.get(key) === before.get(key) ? undefined : my.get(key),
      }));
  });
}
