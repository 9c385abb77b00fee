import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { makeClient } from "./api/client";
import { App } from "./App";
import type { Auth } from "./auth/auth";
import { makeRouter } from "./routes";

/** Renders the console, whose path is base. */
export function start(root: HTMLElement, auth: Auth, base: string): void {
  createRoot(root).render(
    <StrictMode>
      <App auth={auth} client={makeClient(auth)} router={makeRouter(base)} />
    </StrictMode>,
  );
}
