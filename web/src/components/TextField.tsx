import { Field, Input, Textarea } from "@fluentui/react-components";
import { useState } from "react";

import { strings } from "../strings";

interface Props {
  label: string;
  value: string;
  hint?: string;
  required?: boolean;
  readOnly?: boolean;
  multiline?: boolean;
  inputMode?: "numeric";
  /** Shows how many characters are left once few are. */
  maxLength?: number;
  /** Says what is wrong with the text. The message shows after the first change. */
  validate?(text: string): string | undefined;
  /** Shows the message of validate before the user types. */
  showProblems?: boolean;
  /** What the server says is wrong. */
  problem?: string;
  onChange(text: string): void;
}

const fewCharacters = 30;

/** A text box with its label, and a message if its text is wrong. */
export function TextField(props: Props) {
  const { label, value, hint, required, readOnly, multiline, inputMode, maxLength } = props;
  const { validate, showProblems, problem, onChange } = props;
  const [touched, setTouched] = useState(false);
  const message = problem ?? (touched || showProblems ? validate?.(value) : undefined);
  const left = maxLength === undefined ? Infinity : maxLength - [...value.trim()].length;
  const input = {
    value,
    readOnly,
    autoComplete: "off",
    onChange: (_: unknown, data: { value: string }) => {
      setTouched(true);
      onChange(data.value);
    },
    onBlur: () => value && setTouched(true),
  };

  return (
    <Field
      label={label}
      required={required && !readOnly}
      validationMessage={message}
      validationState={message ? "error" : "none"}
      hint={left <= fewCharacters && !message ? strings.common.charactersLeft(left) : hint}
    >
      {multiline ? <Textarea {...input} resize="vertical" /> : <Input {...input} inputMode={inputMode} />}
    </Field>
  );
}
