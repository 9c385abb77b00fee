import { Field, makeStyles, Select } from "@fluentui/react-components";

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string }[];
  onChange(value: Value): void;
}

const useStyles = makeStyles({
  field: {
    flex: "0 1 200px",
    minWidth: "140px",
    "& > span": { minWidth: 0 },
    "& select": { maxWidth: "100%", textOverflow: "ellipsis" },
  },
});

/** A drop-down list with its label. */
export function SelectField<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  return (
    <Field label={label} className={useStyles().field}>
      <Select value={value} onChange={(_, data) => onChange(data.value as Value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </Select>
    </Field>
  );
}
