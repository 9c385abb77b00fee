import { cacheExchange, Client, fetchExchange } from "@urql/core";

import type { Auth } from "../auth/auth";

export const endpoint = "/graphql";

/** Makes the client of the API. Its cache forgets what it read of a type when a change returns that type. */
export function makeClient(auth: Auth): Client {
  return new Client({
    url: endpoint,
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange],
    // What is shown may have been read long ago: it is read anew whenever a view opens.
    requestPolicy: "cache-and-network",
    fetch: fetchAs(auth),
  });
}

/** A fetch that speaks for who is signed in. */
export function fetchAs(auth: Auth): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("Authorization", `Bearer ${await auth.getAccessToken()}`);
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401 && !refusedLately()) await auth.signIn();
    return response;
  };
}

const key = "autoclaim.refused";
const lately = 60_000;

/** A fresh token that is refused too would send one to the provider and back for ever. */
function refusedLately(): boolean {
  const last = Number(sessionStorage.getItem(key));
  sessionStorage.setItem(key, String(Date.now()));
  return Date.now() - last < lately;
}
