import { useCallback } from "react";
import { useLocation, useNavigate, useNavigation, useSearchParams } from "react-router";

const base = import.meta.env.BASE_URL.replace(/\/$/, "");

/** Keeps a part of a view's state in the address, such as a search. The address omits the default value. */
export function useUrlParam(name: string, defaultValue = ""): [string, (value: string) => void] {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const current = useLocation();
  const { location: next } = useNavigation(); // Unlike other locations, its path includes the base.

  // Setting the parameter must not cancel a pending navigation or close a pane over the view.
  const pathname = next ? next.pathname.slice(base.length) : current.pathname;
  const search = (next ?? current).search;
  const navigating = next !== undefined;

  const set = useCallback(
    (value: string) => {
      const after = new URLSearchParams(search);
      if (value === defaultValue) after.delete(name);
      else after.set(name, value);
      void navigate({ pathname, search: after.toString() }, { replace: !navigating });
    },
    [name, defaultValue, navigate, pathname, search, navigating],
  );

  return [params.get(name) ?? defaultValue, set];
}
