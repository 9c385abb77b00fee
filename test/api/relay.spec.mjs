// Compiles the operations of a Relay client, and runs them against a server.
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { createClient } from "graphql-ws";
import * as runtime from "relay-runtime";
import WebSocket from "ws";

import { buyMutation } from "./clients.mjs";
import { send, startServer } from "./server.mjs";

const { commitMutation, Environment, fetchQuery, Network, Observable, RecordSource, requestSubscription, Store } =
  runtime.default ?? runtime;
const root = new URL("../../", import.meta.url);
const operations = ["consoleQuery", "consolePoliciesPage", "consoleCreateMutation", "consoleClaimedSubscription"];

let server;
let directory;
let documents;
let socket;

test.beforeAll(async () => {
  server = await startServer("--rate-limit", "0");
  directory = await mkdtemp(path.join(tmpdir(), "relay-"));
  await cp(new URL("relay/", import.meta.url), directory, { recursive: true });
  await copyFile(new URL("schema.graphqls", root), path.join(directory, "schema.graphql"));
  await mkdir(path.join(directory, "artifacts"));
  const compiler = fileURLToPath(new URL("node_modules/.bin/relay-compiler", root));
  await promisify(execFile)(compiler, ["relay.config.json"], { cwd: directory });

  await build({
    entryPoints: operations.map((name) => path.join(directory, "artifacts", `${name}.graphql.ts`)),
    outdir: path.join(directory, "built"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    external: ["relay-runtime"],
  });
  documents = {};
  for (const name of operations) {
    const file = path.join(directory, "built", `${name}.graphql.mjs`);
    documents[name] = (await import(pathToFileURL(file).href)).default;
  }

  socket = createClient({
    url: `${server.url.replace("http", "ws")}/graphql`,
    connectionParams: { Authorization: `Bearer ${server.tokens["demo-admin"]}` },
    webSocketImpl: WebSocket,
  });
});
test.afterAll(async () => {
  await socket?.dispose();
  await server.stop();
  await rm(directory, { recursive: true });
});

function newEnvironment(caller = "demo-admin") {
  const post = async ({ text, name }, variables) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.tokens[caller]}`, "content-type": "application/json" },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    const result = await response.json();
    if (result.data === undefined) throw Object.assign(new Error(result.errors[0].message), result.errors[0].extensions);
    return result;
  };
  const follow = ({ text, name }, variables) =>
    Observable.create((sink) => socket.subscribe({ query: text, operationName: name, variables }, sink));
  return new Environment({ network: Network.create(post, follow), store: new Store(new RecordSource()) });
}

const mutate = (environment, variables) =>
  new Promise((resolve, reject) =>
    commitMutation(environment, {
      mutation: documents.consoleCreateMutation,
      variables,
      onCompleted: resolve,
      onError: reject,
    }),
  );

const claim = (user) =>
  send(server, "demo-sign-in", `mutation { claimLicense(input: { app: "TEAMS1", user: "${user}" }) { outcome } }`);

test.describe.configure({ mode: "serial" });

let policy;

test("a mutation adds the created object to the store, and refusals are user errors with a path", async () => {
  await send(server, "demo-admin", "mutation { setAutoClaimEnabled(input: { enabled: true }) { userErrors { code } } }");
  const catalog = await send(
    server,
    "demo-admin",
    "{ apps(claimable: true) { nodes { id } } products(filter: { owned: true }) { nodes { id apps { id } } } }",
  );
  const appId = catalog.apps.nodes[0].id;
  const product = catalog.products.nodes.find(({ apps }) => apps.some(({ id }) => id === appId));
  const subscription = { productId: product.id, quantity: 100 };
  await send(server, "demo-admin", buyMutation, { input: subscription });
  const input = { name: "Relay", appId, products: [{ productId: product.id }] };
  const environment = newEnvironment();

  const created = await mutate(environment, { input, connections: [] });
  expect(created.createPolicy.userErrors).toEqual([]);
  policy = created.createPolicy.policy.__id ?? created.createPolicy.policy.id;
  expect(environment.getStore().getSource().get(policy)).toMatchObject({ name: "Relay", __typename: "Policy" });

  const refused = await mutate(environment, { input, connections: [] });
  expect(refused.createPolicy.userErrors).toMatchObject([{ code: "APP_HAS_POLICY", path: ["appId"] }]);
});

test("queries and pages are read into the store", async () => {
  await claim("relay");
  const { users } = await send(server, "demo-admin", "{ users(first: 1) { nodes { id } } }");
  const environment = newEnvironment();
  const user = users.nodes[0].id;

  const page = await fetchQuery(environment, documents.consoleQuery, { user }).toPromise();
  expect(page.node).toMatchObject({ __typename: "User" });

  const policies = await fetchQuery(environment, documents.consolePoliciesPage, { count: 1 }).toPromise();
  expect(policies).toBeTruthy();
  expect(environment.getStore().getSource().get(policy)).toMatchObject({ name: "Relay" });
});

test("errors have their codes", async () => {
  const refused = fetchQuery(newEnvironment("demo-user"), documents.consolePoliciesPage, { count: 1 }).toPromise();
  await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a subscription reports claims", async () => {
  const claims = [];
  const stop = requestSubscription(newEnvironment(), {
    subscription: documents.consoleClaimedSubscription,
    variables: { policy: null, connections: [] },
    onNext: (event) => claims.push(event),
  });
  let user = 0;
  await expect(async () => {
    await claim(`relay-${user++}`);
    expect(claims.length).toBeGreaterThan(0);
  }).toPass({ timeout: 20_000 });
  stop.dispose();
  expect(claims[0].licenseClaimed.claimedAt).toBeTruthy();
});
