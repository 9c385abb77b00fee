import { useEffect } from "react";

/** Reads anew when one comes back to the window: others may have changed what it shows. */
export function useRefreshOnFocus(read: () => void): void {
  useEffect(() => {
    const back = () => document.visibilityState === "visible" && read();
    document.addEventListener("visibilitychange", back);
    window.addEventListener("focus", back);
    return () => {
      document.removeEventListener("visibilitychange", back);
      window.removeEventListener("focus", back);
    };
  }, [read]);
}
