// What a field of a policy consists of, and the kinds of fields. fields.ts lists the fields themselves.
import type { PolicyStateFragment } from "../gql/graphql";
import { strings } from "../strings";
import { type DraftProduct, mergeProducts, productsInput, productsOf, sameProducts } from "./products";
import type { Step } from "./wizard/steps";

const words = strings.policies;

/** How a field is edited. FieldControl.tsx shows text and switch fields; products have editors of their own. */
export type Control =
  | { kind: "text"; maxLength: number; required: boolean; multiline: boolean }
  | { kind: "switch"; on: string; off: string; question: string }
  | { kind: "products" };

/** A part of a field's value as text. A conflict shows the parts that differ. */
export interface Part {
  key: string;
  label: string;
  text: string;
}

/** What a value is checked against besides itself. */
export interface ValidationContext {
  /** The names of the other policies. */
  otherNames: readonly string[];
}

/** An editable field of a policy. Its key in the table is its name in the API, for reading and for writing. */
export interface PolicyField<Value, Input = Value> {
  /** Names the field in forms, in conflicts and in the audit log. */
  label: string;
  /** The step of the wizard that asks for the field. */
  step: Step;
  control: Control;
  /** The value of a new policy. */
  initial: Value;
  read(policy: PolicyStateFragment): Value;
  /** Returns the value as createPolicy and updatePolicy take it. */
  input(value: Value): Input;
  same(a: Value, b: Value): boolean;
  /** Merges concurrent changes. */
  merge(base: Value, mine: Value, theirs: Value): Value;
  describe(value: Value, appName: (id: string) => string): Part[];
  /** Says what is wrong with the value; undefined if nothing is. The server checks again. */
  validate(value: Value, context: ValidationContext): string | undefined;
}

/** Keeps my value if I changed it, and takes theirs otherwise. */
const mergeWhole =
  <Value>(same: (a: Value, b: Value) => boolean) =>
  (base: Value, mine: Value, theirs: Value) =>
    same(mine, base) ? theirs : mine;

/** Counts characters as the server does: by code points, without leading and trailing white space. */
export const textLength = (text: string) => [...text.trim()].length;

/** Approximates how the server compares names, so that a clash shows while typing. */
const folded = (name: string) => name.trim().normalize("NFKC").toLocaleLowerCase();

interface TextOptions {
  label: string;
  step: Step;
  read(policy: PolicyStateFragment): string;
  maxLength: number;
  multiline?: boolean;
  /** What to say if the text is empty. Without it, the text may be empty. */
  required?: string;
  /** What to say if another policy has the same name. */
  taken?: string;
}

export function textField({
  label,
  step,
  read,
  maxLength,
  multiline = false,
  required,
  taken,
}: TextOptions): PolicyField<string> {
  const same = (a: string, b: string) => a.trim() === b.trim();
  return {
    label,
    step,
    control: { kind: "text", maxLength, required: required !== undefined, multiline },
    initial: "",
    read,
    input: (text) => text,
    same,
    merge: mergeWhole(same),
    describe: (text) => [{ key: label, label, text: text.trim() }],
    validate(text, { otherNames }) {
      const length = textLength(text);
      if (length === 0) return required;
      if (length > maxLength) return words.fields.tooLong(length - maxLength, maxLength);
      return taken && otherNames.some((name) => folded(name) === folded(text)) ? taken : undefined;
    },
  };
}

interface SwitchOptions {
  label: string;
  step: Step;
  initial: boolean;
  read(policy: PolicyStateFragment): boolean;
  /** What the switch says when it is on, and when it is off. */
  on: string;
  off: string;
  /** What the wizard asks. */
  question: string;
}

export function switchField({ label, step, initial, read, on, off, question }: SwitchOptions): PolicyField<boolean> {
  const same = (a: boolean, b: boolean) => a === b;
  return {
    label,
    step,
    control: { kind: "switch", on, off, question },
    initial,
    read,
    input: (value) => value,
    same,
    merge: mergeWhole(same),
    describe: (value) => [{ key: label, label, text: value ? words.on : words.off }],
    validate: () => undefined,
  };
}

/** The ordered products, with the apps that are turned off in each. */
export function productsField(): PolicyField<readonly DraftProduct[], ReturnType<typeof productsInput>> {
  const { title } = words.products;
  return {
    label: title,
    step: "products",
    control: { kind: "products" },
    initial: [],
    read: productsOf,
    input: productsInput,
    same: sameProducts,
    merge: mergeProducts,
    describe: (products, appName) => [
      { key: title, label: title, text: products.map(({ name }, i) => `${i + 1}. ${name}`).join("\n") },
      ...products.map(({ id, name, off }) => ({
        key: id,
        label: words.conflict.appsOf(name),
        text: appsOffText(off.map(appName)),
      })),
    ],
    validate: () => undefined,
  };
}

export function appsOffText(names: readonly string[]): string {
  return names.length === 0 ? words.apps.allOn : words.apps.offList([...names].sort().join(", "));
}
