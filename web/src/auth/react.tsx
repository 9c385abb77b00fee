import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react";

import type { Auth, Person } from "./auth";

export const AuthContext = createContext<Auth | null>(null);

/** Lets what is in it use the sign-in. */
export function AuthProvider({ auth, children }: { auth: Auth; children: ReactNode }) {
  return <AuthContext value={auth}>{children}</AuthContext>;
}

/** Who is signed in, and what they can do about it; the component shows it anew when that changes. */
export function useAuth(): Auth & { readonly user: Person | null } {
  const auth = useContext(AuthContext);
  if (!auth) throw new Error("useAuth is for components within an AuthProvider.");

  const user = useSyncExternalStore(auth.onChange, () => auth.user);
  return useMemo(() => ({ ...auth, user }), [auth, user]);
}
