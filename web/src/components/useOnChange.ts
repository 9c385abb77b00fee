import { useEffect, useRef } from "react";

/** Does something when a value is no longer what it was when the component came. */
export function useOnChange(value: unknown, act: () => unknown): void {
  const before = useRef(value);
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    void act();
  }, [value, act]);
}
