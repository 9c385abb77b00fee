import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./base.css";

import { makeClient } from "./api/client";
import { openLive } from "./api/live";
import { App } from "./App";
import { openSession } from "./session";
import { strings } from "./strings";

const root = createRoot(document.getElementById("console")!);

try {
  const session = await openSession();
  root.render(
    <StrictMode>
      <App session={session} client={makeClient(session)} live={openLive(session)} />
    </StrictMode>,
  );
} catch (error) {
  // Without a session there is no console, nor the pieces to show it with.
  console.error(error);
  root.render(
    <main role="alert">
      <h1>{strings.common.product}</h1>
      <p>{strings.common.noSession}</p>
      <p>
        <a href={import.meta.env.BASE_URL}>{strings.common.tryAgain}</a>
      </p>
    </main>,
  );
}
