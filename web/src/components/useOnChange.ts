import { useEffect, useRef } from "react";

/** Calls a function each time a value changes, but not for its first value. */
export function useOnChange(value: unknown, act: () => unknown): void {
  const before = useRef(value);
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    void act();
  }, [value, act]);
}
