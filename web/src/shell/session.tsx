import { createContext, use } from "react";

import type { Session } from "../auth-types";

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("There is no session outside the app.");
  return session;
}
