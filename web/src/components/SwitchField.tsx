import { makeStyles, MessageBar, MessageBarBody, Switch, Text, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  note: { color: tokens.colorNeutralForeground2 },
  switch: { marginInlineStart: "-8px" },
});

interface Props {
  label: string;
  value: boolean;
  /** What the switch says when it is on, and when it is off. */
  on: string;
  off: string;
  note?: string;
  /** What the server says is wrong. */
  problem?: string;
  readOnly?: boolean;
  onChange(value: boolean): void;
}

/** A switch that says what its state means. */
export function SwitchField({ label, value, on, off, note, problem, readOnly, onChange }: Props) {
  const styles = useStyles();
  return (
    <div>
      <Switch
        className={styles.switch}
        aria-label={label}
        label={value ? on : off}
        checked={value}
        disabled={readOnly}
        onChange={(_, { checked }) => onChange(checked)}
      />
      {note && (
        <Text size={200} block className={styles.note}>
          {note}
        </Text>
      )}
      {problem && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
    </div>
  );
}
