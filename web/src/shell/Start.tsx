import { Navigate } from "react-router";

import { useViewer } from "./viewer";

/** Leads to the first view that one may see. */
export function Start() {
  const { mayRead } = useViewer();
  return <Navigate to={mayRead ? "/policies" : "/report"} replace />;
}
