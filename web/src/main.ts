import "./base.css";

import { type Auth, type AuthConfig, createAuth } from "./auth/auth";
import { common } from "./strings/en/common";

const root = document.getElementById("console")!;
/** The path of the console. The server writes it into the page: /console/ or, behind a proxy, such as /autoclaim/console/. */
const base = import.meta.env.DEV ? import.meta.env.BASE_URL : (root.dataset.base ?? "/console/");

/** Signs the user in, which may redirect to the provider. */
async function authenticate(): Promise<Auth> {
  const answer = await fetch(`${base}config.json`);
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  return createAuth((await answer.json()) as AuthConfig, base);
}

/** Shows why the sign-in failed. It uses plain elements, because the console's components are not loaded yet. */
function showSignInFailure(error: unknown): void {
  const add = <K extends keyof HTMLElementTagNameMap>(tag: K, text: string) => {
    const element = document.createElement(tag);
    element.textContent = text;
    alert.append(element);
    return element;
  };

  const main = document.createElement("main");
  main.className = "bare";
  const alert = document.createElement("div");
  alert.setAttribute("role", "alert");
  main.append(alert);
  add("h1", common.product);
  add("p", common.noSession);
  if (error instanceof Error) add("p", error.message);
  add("a", common.tryAgain).href = base;
  root.replaceChildren(main);
}

const load = () => import("./start");

// On the way back from the provider, loads the console while the sign-in completes.
if (location.pathname === `${base}callback`) void load().catch(() => undefined);

try {
  const auth = await authenticate();
  const { start } = await load();
  start(root, auth, base);
} catch (error) {
  console.error(error);
  showSignInFailure(error);
}
