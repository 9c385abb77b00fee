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
  /** The label of the button, and its label while the form is being submitted. */
  submit: string;
  busyText: string;
  busy: boolean;
  /** An error that belongs to none of the fields. */
  problem?: string;
  children: ReactNode;
  onSubmit(): void;
  onClose(): void;
}

/** A dialog with a form. The caller closes it once the form's action has succeeded. */
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
