// Runs urql against a server.
import { expect, test } from "@playwright/test";
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { poolSubscription, productsQuery, recordingFetch, summary, testClient, testSubscription } from "./clients.mjs";
import { startServer } from "./server.mjs";

let server;

test.beforeAll(async () => {
  server = await startServer("--rate-limit", "0");
});
test.afterAll(() => server.stop());

function connect(token, options = {}) {
  const client = new Client({
    url: `${server.url}/graphql`,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    ...options,
  });

  return {
    client,
    async run(text, variables = {}) {
      const { data, error } = await (text.startsWith("mutation") ? client.mutation(text, variables) : client.query(text, variables));
      if (error?.networkError) throw error.networkError;
      return { data, codes: (error?.graphQLErrors ?? []).map(({ extensions }) => extensions.code) };
    },
  };
}

const persisted = (options) => [cacheExchange, persistedExchange(options), fetchExchange];

test.describe("urql by POST", () => testClient(() => server, (token) => connect(token, { preferGetMethod: false })));
test.describe("urql with GET for queries", () => testClient(() => server, (token) => connect(token, { preferGetMethod: "force" })));
test.describe("urql with persisted queries", () =>
  testClient(() => server, (token) => connect(token, { exchanges: persisted({ enableForMutation: true }) })));

test("a persisted query is sent as text once, and then only as its hash", async () => {
  const recorded = recordingFetch();
  const query = productsQuery.replace("Products", "ProductsOfUrql");
  const client = () =>
    connect(server.tokens["demo-admin"], {
      exchanges: persisted({ preferGetForPersistedQueries: false }),
      preferGetMethod: false,
      fetch: recorded.fetch,
    });

  const first = await client().run(query, { first: 1 });
  const again = await client().run(query, { first: 1 });

  expect(first.codes).toEqual([]);
  expect(again.data).toEqual(first.data);
  expect(recorded.requests.map(summary)).toEqual(["POST hash", "POST text hash", "POST hash"]);
});

const follow = (client) => (product, next) => {
  const followed = client.subscription(poolSubscription, { product }).subscribe(({ data, error }) => {
    if (error) throw error;
    next(data);
  });
  return () => followed.unsubscribe();
};

test("subscriptions go over server-sent events", async () => {
  const connected = connect(server.tokens["demo-admin"], { fetchSubscriptions: true });
  await testSubscription(connected, follow(connected.client));
});

test("subscriptions go over a WebSocket", async () => {
  const token = server.tokens["demo-admin"];
  const socket = createClient({
    url: `${server.url.replace("http", "ws")}/graphql`,
    connectionParams: { headers: { Authorization: `Bearer ${token}` } },
    webSocketImpl: WebSocket,
  });
  const overSocket = subscriptionExchange({
    forwardSubscription: (request) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
    }),
  });
  const connected = connect(token, { exchanges: [cacheExchange, fetchExchange, overSocket] });

  await testSubscription(connected, follow(connected.client));
  await socket.dispose();
});
