import { createContext, use } from "react";

import type { ViewerQuery } from "../gql/graphql";

/** The signed-in user, and what they may do in the console. */
export interface Viewer {
  name: string;
  email: string;
  role: string;
  mayRead: boolean;
  mayReport: boolean;
  mayChange: boolean;
  timeZone: string;
}

const ViewerContext = createContext<Viewer | null>(null);
export const ViewerProvider = ViewerContext.Provider;

export function useViewer(): Viewer {
  const viewer = use(ViewerContext);
  if (!viewer) throw new Error("There is no viewer outside the shell.");
  return viewer;
}

export function viewerOf({ viewer }: ViewerQuery): Viewer {
  const { roles } = viewer;
  const mayChange = roles.includes("GLOBAL_ADMIN");
  const mayRead = mayChange || roles.includes("GLOBAL_READER");
  return {
    name: viewer.displayName || viewer.email || viewer.externalId,
    email: viewer.email,
    role: roles[0] ?? "none",
    mayChange,
    mayRead,
    timeZone: viewer.timeZone,
    mayReport: mayRead || roles.includes("REPORTS_READER"),
  };
}
