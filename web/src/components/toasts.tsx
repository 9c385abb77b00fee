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

type ShowToast = (title: string, options?: { intent?: ToastIntent; body?: ReactNode; action?: ReactNode }) => void;

const ToastContext = createContext<ShowToast>(() => {});

/** Shows the result of an action in a corner, and announces it to screen readers. */
export const useToast = () => use(ToastContext);

export function Toasts({ children }: { children: ReactNode }) {
  const id = useId("toasts");
  const { dispatchToast } = useToastController(id);
  const showToast = useCallback<ShowToast>(
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
    <ToastContext value={showToast}>
      {children}
      <Toaster toasterId={id} position="bottom-end" pauseOnHover pauseOnWindowBlur />
    </ToastContext>
  );
}
