import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { makeClient } from "./api/client";
import { App } from "./App";
import type { Auth } from "./auth/auth";
import { makeRouter } from "./routes";

/** Renders the console. */
export function start(root: HTMLElement, auth: Auth): void {
  createRoot(root).render(
    <StrictMode>
      <App auth={auth} client={makeClient(auth)} router={makeRouter()} />
    </StrictMode>,
  );
}
