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
  /** What the button says: the deed itself, not 'OK'. */
  confirm: string;
  cancel?: string;
  /** Does it. What it returns is why it did not work; the dialog stays open then. */
  onConfirm(): Promise<string | undefined> | void;
  onClose(): void;
}

/** Asks before what cannot be undone. */
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
