// The editable fields of a policy. The details form, the wizard, the draft, the merge of concurrent changes and the
// audit log follow this table: to add a field, add it to the PolicyState fragment, to this table and its label to
// the strings.
import type { UpdatePolicyInput } from "../gql/graphql";
import { strings } from "../strings";
import { type PolicyField, productsField, switchField, textField } from "./fieldTypes";

const words = strings.policies.fields;

export const policyFields = {
  name: textField({
    label: words.name,
    step: "name",
    read: ({ name }) => name,
    maxLength: 100,
    required: words.nameRequired,
    taken: words.nameTaken,
  }),
  enabled: switchField({
    label: words.enabled,
    step: "review",
    initial: true,
    read: ({ enabled }) => enabled,
    on: words.enabledOn,
    off: words.enabledOff,
    question: words.enabledQuestion,
  }),
  products: productsField(),
} satisfies { [Name in keyof UpdatePolicyInput]?: PolicyField<unknown, NonNullable<UpdatePolicyInput[Name]>> };

export type FieldName = keyof typeof policyFields;
export const fieldNames = Object.keys(policyFields) as FieldName[];

type ValueOf<Field> = Field extends PolicyField<infer Value, infer _Input> ? Value : never;
type InputOf<Field> = Field extends PolicyField<infer _Value, infer Input> ? Input : never;

/** The values of all fields, as they are edited. */
export type Draft = { [Name in FieldName]: ValueOf<(typeof policyFields)[Name]> };
/** The values of all fields, as mutations take them. */
export type DraftInput = { [Name in FieldName]: InputOf<(typeof policyFields)[Name]> };

/** Returns a field for code that treats all fields alike. The caller passes it values of the same field only. */
export const fieldOf = (name: FieldName): PolicyField<unknown> => policyFields[name];

/** The fields that FieldControl shows; the products have editors of their own. */
export const controlNames = fieldNames.filter((name) => fieldOf(name).control.kind !== "products");
