import type { Client } from "@urql/core";
import { RouterProvider } from "react-router/dom";
import { Provider as ApiProvider } from "urql";

import type { Auth } from "./auth/auth";
import { AuthProvider } from "./auth/react";
import { router } from "./routes";
import { SignedOut } from "./shell/SignedOut";
import { ThemeProvider } from "./shell/theme";

export function App({ auth, client }: { auth: Auth; client: Client }) {
  return (
    <ThemeProvider>
      <AuthProvider auth={auth}>
        {auth.user ? (
          <ApiProvider value={client}>
            <RouterProvider router={router} />
          </ApiProvider>
        ) : (
          <SignedOut />
        )}
      </AuthProvider>
    </ThemeProvider>
  );
}
