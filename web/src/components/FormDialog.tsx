import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  MessageBar,
  MessageBarBody,
  tokens,
} from "@fluentui/react-components";
import type { FormEvent, ReactNode } from "react";

import { strings } from "../strings";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

interface Props {
  title: string;
  /** What the button says, and what it says as long as it takes. */
  submit: string;
  busyText: string;
  busy: boolean;
  /** What is wrong that no field can show. */
  problem?: string;
  children: ReactNode;
  onSubmit(): void;
  onClose(): void;
}

/** A few fields and a button. It stays until what it asks for is done. */
export function FormDialog({ title, submit, busyText, busy, problem, children, onSubmit, onClose }: Props) {
  const styles = useStyles();
  const send = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!busy) onSubmit();
  };

  return (
    <Dialog open modalType="modal" onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <form onSubmit={send} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              {children}
              {problem && (
                <MessageBar intent="error" layout="multiline">
                  <MessageBarBody>{problem}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button appearance="primary" type="submit" disabledFocusable={busy}>
                {busy ? busyText : submit}
              </Button>
              <Button onClick={onClose}>{strings.common.cancel}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
