import { RouterProvider } from "react-router/dom";
import { Provider as ApiProvider } from "urql";
import type { Client } from "@urql/core";

import type { Session } from "./auth-types";
import { type Live, LiveProvider } from "./api/live";
import { router } from "./routes";
import { SessionProvider } from "./shell/session";
import { ThemeProvider } from "./shell/theme";

interface Props {
  session: Session;
  client: Client;
  live: Live;
}

export function App({ session, client, live }: Props) {
  return (
    <SessionProvider value={session}>
      <ApiProvider value={client}>
        <LiveProvider value={live}>
          <ThemeProvider>
            <RouterProvider router={router} />
          </ThemeProvider>
        </LiveProvider>
      </ApiProvider>
    </SessionProvider>
  );
}
