import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./base.css";

import { makeClient } from "./api/client";
import { App } from "./App";
import { type Auth, type AuthConfig, createAuth } from "./auth/auth";
import { makeRouter } from "./routes";
import { strings } from "./strings";

const root = createRoot(document.getElementById("console")!);

/** Finds out who is signed in. If nobody is, the page leaves for the provider, unless somebody has just signed out. */
async function whoIsThere(): Promise<Auth> {
  const answer = await fetch(`${import.meta.env.BASE_URL}config.json`);
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  return createAuth((await answer.json()) as AuthConfig);
}

try {
  const auth = await whoIsThere();
  root.render(
    <StrictMode>
      <App auth={auth} client={makeClient(auth)} router={makeRouter()} />
    </StrictMode>,
  );
} catch (error) {
  // Without a sign-in there is no console, nor the pieces to show it with.
  console.error(error);
  root.render(
    <main role="alert" className="bare">
      <h1>{strings.common.product}</h1>
      <p>{strings.common.noSession}</p>
      {error instanceof Error && <p>{error.message}</p>}
      <p>
        <a href={import.meta.env.BASE_URL}>{strings.common.tryAgain}</a>
      </p>
    </main>,
  );
}
