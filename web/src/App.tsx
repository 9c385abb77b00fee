import type { Client } from "@urql/core";
import type { DataRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { Provider as ApiProvider } from "urql";

import type { Auth } from "./auth/auth";
import { AuthProvider } from "./auth/react";
import { SignedOut } from "./shell/SignedOut";
import { ThemeProvider } from "./shell/theme";

interface Props {
  auth: Auth;
  client: Client;
  router: DataRouter;
}

export function App({ auth, client, router }: Props) {
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
