import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
} from "@fluentui/react-components";
import { type ReactNode, useState } from "react";

import { strings } from "../strings";

interface Props {
  open: boolean;
  title: string;
  children: ReactNode;
  /** The label of the button: the action itself, not 'OK'. */
  confirm: string;
  cancel?: string;
  /** Runs the action. If it returns an error message, the dialog stays open and shows it. */
  onConfirm(): Promise<string | undefined> | void;
  onClose(): void;
}

/** Asks for confirmation before an action that cannot be undone. */
export function ConfirmDialog({
  open,
  title,
  children,
  confirm,
  cancel = strings.common.cancel,
  onConfirm,
  onClose,
}: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();

  const close = () => {
    setRefusal(undefined);
    onClose();
  };

  const act = async () => {
    setBusy(true);
    const why = await onConfirm();
    setBusy(false);
    if (why) setRefusal(why);
    else close();
  };

  return (
    <Dialog modalType="alert" open={open} onOpenChange={(_, data) => !data.open && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {children}
            {refusal && (
              <MessageBar intent="error" layout="multiline">
                <MessageBarBody>{refusal}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" disabled={busy} onClick={act}>
              {confirm}
            </Button>
            <Button onClick={close}>{cancel}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
