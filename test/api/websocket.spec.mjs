// Runs the reference client of graphql-transport-ws against a server.
import { expect, test } from "@playwright/test";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { send, startServer } from "./server.mjs";

const query = "subscription { licensePoolChanged { total } }";
let server;

test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.stop());

function client(options = {}) {
  return createClient({
    url: `${server.url.replace("http", "ws")}/graphql`,
    connectionParams: { Authorization: `Bearer ${server.tokens["demo-admin"]}` },
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
  });
}

/** Buys a license, which changes the pool of its product. */
async function buy() {
  const { products } = await send(server, "demo-admin", "{ products(first: 1) { nodes { id } } }");
  await send(
    server,
    "demo-admin",
    "mutation($input: CreateSubscriptionInput!) { createSubscription(input: $input) { userErrors { code } } }",
    { input: { productId: products.nodes[0].id, quantity: 1 } },
  );
}

/** Subscribes and collects what the client reports. */
function follow(socket, payload = { query }) {
  const seen = { events: [], error: undefined, complete: false };
  seen.stop = socket.subscribe(payload, {
    next: (event) => seen.events.push(event),
    error: (error) => (seen.error = error),
    complete: () => (seen.complete = true),
  });
  return seen;
}

/** Buys licenses until all of these have received an event. */
const receive = (...followed) =>
  expect(async () => {
    await buy();
    for (const { events } of followed) expect(events.length).toBeGreaterThan(0);
  }).toPass({ timeout: 20_000 });

test("several subscriptions share a WebSocket, end one by one, and start again", async () => {
  const closed = [];
  const socket = client({ lazy: true, on: { closed: (event) => closed.push(event.code) } });
  const first = follow(socket);
  const second = follow(socket);
  await receive(first, second);
  expect(first.events[0]).toHaveProperty("data.licensePoolChanged.total");

  first.stop();
  await expect.poll(() => first.complete).toBe(true);
  const before = first.events.length;
  second.events.length = 0;
  await receive(second);
  expect(first.events.length).toBe(before);

  const third = follow(socket);
  await receive(third);
  expect(closed).toEqual([]);

  second.stop();
  third.stop();
  await expect.poll(() => closed).toEqual([1000]);

  const again = follow(socket);
  await receive(again);
  await socket.dispose();
  expect([first.error, second.error, third.error, again.error]).toEqual([undefined, undefined, undefined, undefined]);
});

test("an operation that is refused ends with its errors, and the WebSocket stays open", async () => {
  const socket = client({ lazy: false, onNonLazyError: () => {} });
  const running = follow(socket);

  for (const [operation, code] of [
    ["{ __typename }", "BAD_USER_INPUT"],
    ['mutation { claimLicense(input: {app: "TEAMS1"}) { outcome } }', "BAD_USER_INPUT"],
    ["subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"],
    ["subscription {", "GRAPHQL_PARSE_FAILED"],
    ['subscription { licenseClaimed(policyId: "x") { id } }', "BAD_USER_INPUT"],
  ]) {
    const refused = follow(socket, { query: operation });
    await expect.poll(() => refused.error?.[0]?.extensions?.code, { message: operation }).toBe(code);
    expect(refused).toMatchObject({ events: [], complete: false });
  }

  await receive(running);
  await socket.dispose();
});

test("pings are answered", async () => {
  let pongs = 0;
  const socket = client({ lazy: false, keepAlive: 100, on: { pong: () => pongs++ } });
  await expect.poll(() => pongs).toBeGreaterThan(2);
  await socket.dispose();
});

test("a client without a valid token is told so, and does not try again", async () => {
  for (const connectionParams of [undefined, {}, { Authorization: "Bearer x" }]) {
    let opened = 0;
    const socket = client({ connectionParams, retryAttempts: 5, on: { opened: () => opened++ } });
    const refused = follow(socket);
    await expect.poll(() => refused.error?.code).toBe(4401);
    expect(refused.error.reason).not.toBe("");
    expect(opened).toBe(1);
    await socket.dispose();
  }
});

test("a client connects again after a shutdown", async () => {
  const other = await startServer();
  const closed = [];
  const socket = createClient({
    url: `${other.url.replace("http", "ws")}/graphql`,
    connectionParams: { Authorization: `Bearer ${other.tokens["demo-admin"]}` },
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 1,
    retryWait: async () => {},
    onNonLazyError: () => {},
    on: { closed: (event) => closed.push(event.code) },
  });
  await new Promise((resolve) => socket.on("connected", resolve));
  await other.stop();
  await expect.poll(() => closed[0]).toBe(1001);
  await expect.poll(() => closed.length).toBeGreaterThan(1); // It has tried again.
  await socket.dispose();
});
