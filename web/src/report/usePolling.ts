import { useEffect } from "react";

/** Does something again and again as long as the window is looked at. */
export function usePolling(act: () => void, pause: number): void {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && act(), pause);
    return () => clearInterval(timer);
  }, [act, pause]);
}
