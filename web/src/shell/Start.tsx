import { Navigate } from "react-router";

import { useViewer } from "./viewer";

/** Redirects to the first view that the viewer may see. */
export function Start() {
  const { mayRead } = useViewer();
  return <Navigate to={mayRead ? "/policies" : "/report"} replace />;
}
