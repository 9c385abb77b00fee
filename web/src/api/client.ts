import { cacheExchange, Client, fetchExchange } from "@urql/core";

import type { Auth } from "../auth/auth";

/** Creates the API client. A mutation that returns a type invalidates cached queries of that type. */
export function makeClient(auth: Auth): Client {
  return new Client({
    url: auth.apiUrl,
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange],
    // Cached data may be old, so each view that opens also reads it from the server.
    requestPolicy: "cache-and-network",
    fetch: fetchAs(auth),
  });
}

/** Returns a fetch that sends the access token of the signed-in user. */
export function fetchAs(auth: Auth): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("Authorization", `Bearer ${await auth.getAccessToken()}`);
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401 && !refusedRecently()) await auth.signIn();
    return response;
  };
}

const key = "autoclaim.refused";
const recently = 60_000;

/** Prevents a redirect loop if the API refuses a new token too. */
function refusedRecently(): boolean {
  const last = Number(sessionStorage.getItem(key));
  sessionStorage.setItem(key, String(Date.now()));
  return Date.now() - last < recently;
}
