import { useEffect, useRef } from "react";
import { useBlocker } from "react-router";

/** Blocks leaving a form with unsaved changes by a link, by the back button or by closing the window. */
export function useUnsavedChangesPrompt(dirty: boolean) {
  const allowed = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && !allowed.current && currentLocation.pathname !== nextLocation.pathname,
  );

  useEffect(() => {
    if (!dirty) return;
    const block = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", block);
    return () => window.removeEventListener("beforeunload", block);
  }, [dirty]);

  return {
    isBlocked: blocker.state === "blocked",
    stay: () => blocker.state === "blocked" && blocker.reset(),
    proceed: () => blocker.state === "blocked" && blocker.proceed(),
    /** Stops blocking. */
    allow: () => {
      allowed.current = true;
    },
  };
}
