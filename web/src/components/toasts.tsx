import {
  Toast,
  ToastBody,
  Toaster,
  type ToastIntent,
  ToastTitle,
  useId,
  useToastController,
} from "@fluentui/react-components";
import { createContext, type ReactNode, use, useCallback } from "react";

type Tell = (title: string, options?: { intent?: ToastIntent; body?: ReactNode; action?: ReactNode }) => void;

const TellContext = createContext<Tell>(() => {});

/** Tells what became of an action, in a corner and to screen readers. */
export const useTell = () => use(TellContext);

export function Toasts({ children }: { children: ReactNode }) {
  const id = useId("toasts");
  const { dispatchToast } = useToastController(id);
  const tell = useCallback<Tell>(
    (title, { intent = "success", body, action } = {}) =>
      dispatchToast(
        <Toast>
          <ToastTitle action={<>{action}</>}>{title}</ToastTitle>
          {body && <ToastBody>{body}</ToastBody>}
        </Toast>,
        { intent, timeout: action ? 10_000 : 5000 },
      ),
    [dispatchToast],
  );

  return (
    <TellContext value={tell}>
      {children}
      <Toaster toasterId={id} position="bottom-end" pauseOnHover pauseOnWindowBlur />
    </TellContext>
  );
}
