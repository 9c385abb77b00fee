import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react";

import type { Auth, Person } from "./auth";

export const AuthContext = createContext<Auth | null>(null);

/** Provides the sign-in to the components in it. */
export function AuthProvider({ auth, children }: { auth: Auth; children: ReactNode }) {
  return <AuthContext value={auth}>{children}</AuthContext>;
}

/** Returns the signed-in user and the actions of the sign-in. Renders again when the user changes. */
export function useAuth(): Auth & { readonly user: Person | null } {
  const auth = useContext(AuthContext);
  if (!auth) throw new Error("useAuth is for components within an AuthProvider.");

  const user = useSyncExternalStore(auth.onChange, () => auth.user);
  return useMemo(() => ({ ...auth, user }), [auth, user]);
}
