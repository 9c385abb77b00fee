import { useCallback } from "react";
import { useLocation, useNavigate, useNavigation, useSearchParams } from "react-router";

const base = import.meta.env.BASE_URL.replace(/\/$/, "");

/** A piece of a view's state that belongs to its address: a search, a sort, a period. Empty is left out of it. */
export function useUrlParam(name: string, otherwise = ""): [string, (value: string) => void] {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const here = useLocation();
  const { location: next } = useNavigation(); // Has the base before its path, which other locations do not.

  // What is set while one is on the way to elsewhere, or a pane is open over the view, keeps nobody from it.
  const pathname = next ? next.pathname.slice(base.length) : here.pathname;
  const search = (next ?? here).search;
  const moving = next !== undefined;

  const set = useCallback(
    (value: string) => {
      const after = new URLSearchParams(search);
      if (value === otherwise) after.delete(name);
      else after.set(name, value);
      void navigate({ pathname, search: after.toString() }, { replace: !moving });
    },
    [name, otherwise, navigate, pathname, search, moving],
  );

  return [params.get(name) ?? otherwise, set];
}
