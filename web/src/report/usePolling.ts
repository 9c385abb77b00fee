import { useEffect } from "react";

/** Calls a function at an interval, in milliseconds, while the window is visible. */
export function usePolling(act: () => void, interval: number): void {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && act(), interval);
    return () => clearInterval(timer);
  }, [act, interval]);
}
