import { useEffect } from "react";

/** Calls read when the user returns to the window, because the data may have changed meanwhile. */
export function useRefreshOnFocus(read: () => void): void {
  useEffect(() => {
    const refreshIfVisible = () => document.visibilityState === "visible" && read();
    document.addEventListener("visibilitychange", refreshIfVisible);
    window.addEventListener("focus", refreshIfVisible);
    return () => {
      document.removeEventListener("visibilitychange", refreshIfVisible);
      window.removeEventListener("focus", refreshIfVisible);
    };
  }, [read]);
}
