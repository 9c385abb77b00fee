import { Field, Input } from "@fluentui/react-components";
import { useState } from "react";

import { strings } from "../strings";
import { maxName, nameLength, nameProblem } from "./draft";
import { useOtherPolicyNames } from "./useOtherPolicyNames";

const words = strings.policies.fields;

interface Props {
  value: string;
  /** What the policy is called now: no clash with itself. */
  own?: string;
  readOnly?: boolean;
  autoFocus?: boolean;
  /** Says so even if nobody has typed yet. */
  showProblems?: boolean;
  /** What the server says. */
  problem?: string;
  onChange(name: string): void;
}

/** A policy's name, checked as one types. */
export function NameField({ value, own, readOnly, autoFocus, showProblems, problem, onChange }: Props) {
  const [touched, setTouched] = useState(false);
  const others = useOtherPolicyNames(own);
  const found = touched || showProblems ? nameProblem(value, others) : undefined;
  const said =
    problem ??
    (found === "required"
      ? words.nameRequired
      : found === "tooLong"
        ? words.nameTooLong(nameLength(value) - maxName)
        : found === "taken"
          ? words.nameTaken
          : undefined);
  const left = maxName - nameLength(value);

  return (
    <Field
      label={words.name}
      required={!readOnly}
      validationMessage={said}
      validationState={said ? "error" : "none"}
      hint={!said && left <= 30 ? words.nameHint(left) : undefined}
    >
      <Input
        value={value}
        readOnly={readOnly}
        autoFocus={autoFocus}
        autoComplete="off"
        onChange={(_, data) => {
          setTouched(true);
          onChange(data.value);
        }}
        onBlur={() => value && setTouched(true)}
      />
    </Field>
  );
}
