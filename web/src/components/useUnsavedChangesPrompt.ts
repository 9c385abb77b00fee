import { useEffect, useRef } from "react";
import { useBlocker } from "react-router";

/** Asks before one leaves what is not saved, by a link, by browser back, or by closing the window. */
export function useUnsavedChangesPrompt(dirty: boolean) {
  const free = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && !free.current && currentLocation.pathname !== nextLocation.pathname,
  );

  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  return {
    asking: blocker.state === "blocked",
    stay: () => blocker.state === "blocked" && blocker.reset(),
    proceed: () => blocker.state === "blocked" && blocker.proceed(),
    /** Lets one leave from now on: there is nothing left to save. */
    allow: () => {
      free.current = true;
    },
  };
}
