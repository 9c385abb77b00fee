// Runs Apollo Client against a server.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache, ServerError } from "@apollo/client";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { getMainDefinition, relayStylePagination } from "@apollo/client/utilities";
import { expect, test } from "@playwright/test";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { poolSubscription, productsQuery, recordingFetch, sha256, summary, testClient, testSubscription } from "./clients.mjs";
import { startServer } from "./server.mjs";

let server;

test.beforeAll(async () => {
  server = await startServer("--rate-limit", "0");
});
test.afterAll(() => server.stop());

const http = (token, options = {}) =>
  new HttpLink({ uri: `${server.url}/graphql`, headers: { authorization: `Bearer ${token}` }, ...options });

const newCache = () => new InMemoryCache({ typePolicies: { Query: { fields: { products: relayStylePagination() } } } });

function codesOf(error) {
  if (CombinedGraphQLErrors.is(error)) return error.errors.map(({ extensions }) => extensions?.code);
  if (ServerError.is(error)) throw new Error(`the status ${error.statusCode} hides the errors: ${error.bodyText}`);
  throw error;
}

function connect(token, link = http(token), cache = new InMemoryCache()) {
  const client = new ApolloClient({ link, cache });
  const send = (document, variables) =>
    getMainDefinition(document).operation === "mutation"
      ? client.mutate({ mutation: document, variables })
      : client.query({ query: document, variables });

  return {
    client,
    async run(text, variables) {
      try {
        return { data: (await send(gql(text), variables)).data, codes: [] };
      } catch (error) {
        return { data: null, codes: codesOf(error) };
      }
    },
  };
}

test.describe("Apollo Client by POST", () => testClient(() => server, (token) => connect(token)));

test.describe("Apollo Client with GET for queries", () =>
  testClient(() => server, (token) => connect(token, http(token, { useGETForQueries: true }))));

const persisted = (token, options, fetchOptions) =>
  new PersistedQueryLink({ sha256, ...options }).concat(http(token, fetchOptions));

test.describe("Apollo Client with persisted queries", () => testClient(() => server, (token) => connect(token, persisted(token))));

for (const [method, useGETForHashedQueries] of [
  ["POST", false],
  ["GET", true],
]) {
  test(`a persisted query is sent as text once, and then only as its hash by ${method}`, async () => {
    const token = server.tokens["demo-admin"];
    const query = productsQuery.replace("Products", `Products${method}`);
    const recorded = recordingFetch();
    const link = () => persisted(token, { useGETForHashedQueries }, { fetch: recorded.fetch });

    const first = await connect(token, link()).run(query, { first: 1 });
    const again = await connect(token, link()).run(query, { first: 1 });

    expect(first.codes).toEqual([]);
    expect(again.data).toEqual(first.data);
    expect(recorded.requests.map(summary)).toEqual([`${method} hash`, expect.stringMatching(/ text hash$/), `${method} hash`]);
    expect(recorded.requests.map(({ response }) => response.status)).toEqual([200, 200, 200]);
  });
}

test("the cache joins the pages of a list", async () => {
  const { client } = connect(server.tokens["demo-admin"], undefined, newCache());
  const query = gql(productsQuery);

  const { data: first } = await client.query({ query, variables: { first: 2 } });
  const after = first.products.pageInfo.endCursor;
  await client.query({ query, variables: { first: 2, after }, fetchPolicy: "network-only" });
  const joined = client.cache.readQuery({ query, variables: { first: 2 } });
  expect(new Set(joined.products.edges.map(({ node }) => node.id)).size).toBe(4);
});

test("subscriptions go over a WebSocket, and everything else over HTTP", async () => {
  const token = server.tokens["demo-admin"];
  const socket = createClient({
    url: `${server.url.replace("http", "ws")}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    webSocketImpl: WebSocket,
  });
  const isSubscription = ({ query }) => getMainDefinition(query).operation === "subscription";
  const connected = connect(token, ApolloLink.split(isSubscription, new GraphQLWsLink(socket), http(token)));

  await testSubscription(connected, (product, next) => {
    const followed = connected.client
      .subscribe({ query: gql(poolSubscription), variables: { product } })
      .subscribe(({ data }) => next(data));
    return () => followed.unsubscribe();
  });
  await socket.dispose();
});

test("a batch of operations is refused with a code", async () => {
  const token = server.tokens["demo-admin"];
  const recorded = recordingFetch();
  const link = new BatchHttpLink({
    uri: `${server.url}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    fetch: recorded.fetch,
  });
  const { client } = connect(token, link);
  const sent = ["A", "B"].map((name) => client.query({ query: gql(`query ${name} { viewer { externalId } }`) }));

  for (const { status } of await Promise.allSettled(sent)) expect(status).toBe("rejected");
  expect(recorded.requests.length).toBe(1);
  expect(recorded.requests[0].response.status).toBe(400);
  const { errors } = await recorded.requests[0].response.json();
  expect(errors[0].extensions.code).toBe("BAD_USER_INPUT");
  expect(errors[0].message).toContain("Send one operation in each request");
});
