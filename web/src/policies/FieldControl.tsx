import { Checkbox } from "@fluentui/react-components";

import { SwitchField } from "../components/SwitchField";
import { TextField } from "../components/TextField";
import { type Draft, fieldOf, type FieldName } from "./fields";

interface Props {
  name: FieldName;
  draft: Draft;
  otherNames?: readonly string[];
  /** Whether the field belongs to a policy that does not exist yet. */
  creating?: boolean;
  readOnly?: boolean;
  /** Shows what is wrong before the user types. */
  showProblems?: boolean;
  /** What the server says is wrong. */
  problem?: string;
  note?: string;
  onChange(part: Partial<Draft>): void;
}

/** Shows and edits one field of a policy, as the table of fields says. */
export function FieldControl({
  name,
  draft,
  otherNames = [],
  creating,
  readOnly,
  showProblems,
  problem,
  note,
  onChange,
}: Props) {
  const { control, label, validate } = fieldOf(name);
  const value = draft[name];
  const change = (next: unknown) => onChange({ [name]: next });

  switch (control.kind) {
    case "text":
      return (
        <TextField
          {...control}
          label={label}
          value={value as string}
          readOnly={readOnly}
          showProblems={showProblems}
          problem={problem}
          validate={(text) => validate(text, { otherNames })}
          onChange={change}
        />
      );
    case "switch":
      return creating ? (
        <Checkbox
          label={control.question}
          checked={value as boolean}
          onChange={(_, { checked }) => change(checked === true)}
        />
      ) : (
        <SwitchField
          label={label}
          value={value as boolean}
          on={control.on}
          off={control.off}
          note={note}
          problem={problem}
          readOnly={readOnly}
          onChange={change}
        />
      );
    case "products":
      return null;
  }
}
