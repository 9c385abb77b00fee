import { cacheExchange, Client, fetchExchange } from "@urql/core";

import type { Session } from "../auth-types";

export const endpoint = "/graphql";

/** Makes the client of the API. Its cache forgets what it read of a type when a change returns that type. */
export function makeClient(session: Session): Client {
  return new Client({
    url: endpoint,
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange],
    // What is shown may have been read long ago: it is read anew whenever a view opens.
    requestPolicy: "cache-and-network",
    fetch: fetchAs(session),
  });
}

/** A fetch that speaks for who is signed in. */
export function fetchAs(session: Session): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("Authorization", `Bearer ${await session.token()}`);
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401) await session.signIn();
    return response;
  };
}
