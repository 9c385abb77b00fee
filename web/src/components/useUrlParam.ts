import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** A piece of a view's state that belongs to its address: a search, a sort, a period. Empty is left out of it. */
export function useUrlParam(name: string, otherwise = ""): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === otherwise) after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
    [name, otherwise, setParams],
  );

  return [params.get(name) ?? otherwise, set];
}
