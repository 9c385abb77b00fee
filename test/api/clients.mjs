// What every client library of GraphQL must be able to do with the server. The tests of a library call testClient.
import { createHash } from "node:crypto";
import { expect, test } from "@playwright/test";

export const productsQuery = `query Products($first: Int!, $after: String) {
  products(first: $first, after: $after) {
    totalCount
    edges { cursor node { id name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const buyMutation = `mutation Buy($input: CreateSubscriptionInput!) {
  createSubscription(input: $input) {
    subscription { id quantity }
    userErrors { code message path }
  }
}`;

export const poolSubscription = `subscription Pool($product: ID!) { licensePoolChanged(productId: $product) { total } }`;

export const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** A fetch that keeps the method, the URL, the headers and the body of each request, and the text of its response. */
export function recordingFetch() {
  const requests = [];
  const record = async (url, init = {}) => {
    const response = await fetch(url, init);
    const request = { method: init.method ?? "GET", url: String(url), headers: new Headers(init.headers), body: init.body ?? "" };
    requests.push({ ...request, response: response.clone() });
    return response;
  };
  return { fetch: record, requests };
}

/** What a request says about its operation: its method, and whether it has the text, the hash, or both. */
export const summary = ({ method, url, body }) => {
  const sent = method === "GET" ? Object.fromEntries(new URL(url).searchParams) : JSON.parse(body);
  const hash = JSON.stringify(sent.extensions ?? "").includes("sha256Hash");
  return [method, ...(sent.query ? ["text"] : []), ...(hash ? ["hash"] : [])].join(" ");
};

/**
 * Tests a client library. connect(token) returns a client with the method run(text, variables), which returns the data and
 * the codes of the errors.
 */
export function testClient(server, connect) {
  const as = (caller) => connect(server().tokens[caller]);

  test("queries have variables, and lists have pages", async () => {
    const client = as("demo-admin");
    const { data: first, codes } = await client.run(productsQuery, { first: 2 });
    expect(codes).toEqual([]);
    expect(first.products.edges.length).toBe(2);
    expect(first.products.pageInfo.hasNextPage).toBe(true);

    const { data: next } = await client.run(productsQuery, { first: 100, after: first.products.pageInfo.endCursor });
    expect(next.products.pageInfo.hasNextPage).toBe(false);
    const ids = [...first.products.edges, ...next.products.edges].map(({ node }) => node.id);
    expect(new Set(ids).size).toBe(first.products.totalCount);
  });

  test("mutations have variables, and refusals are user errors with a path", async () => {
    const client = as("demo-admin");
    const { data } = await client.run(productsQuery, { first: 1 });
    const productId = data.products.edges[0].node.id;

    const bought = await client.run(buyMutation, { input: { productId, quantity: 3 } });
    expect(bought.codes).toEqual([]);
    expect(bought.data.createSubscription.subscription.quantity).toBe(3);
    expect(bought.data.createSubscription.userErrors).toEqual([]);

    const refused = await client.run(buyMutation, { input: { productId, quantity: 0 } });
    expect(refused.codes).toEqual([]);
    expect(refused.data.createSubscription.userErrors).toMatchObject([
      { code: "QUANTITY_OUT_OF_RANGE", path: ["quantity"] },
    ]);
  });

  test("errors have their codes", async () => {
    const admin = as("demo-admin");
    expect((await admin.run("query Wrong { nothing }")).codes).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
    expect((await admin.run(productsQuery, { first: 101 })).codes).toEqual(["BAD_USER_INPUT"]);
    expect((await admin.run(productsQuery, { first: 1, after: "\ud800" })).codes).toEqual(["BAD_USER_INPUT"]);
    expect((await as("demo-user").run(productsQuery, { first: 1 })).codes).toEqual(["FORBIDDEN"]);
    expect((await connect("nonsense").run(productsQuery, { first: 1 })).codes).toEqual(["UNAUTHENTICATED"]);
  });
}

/**
 * Buys licenses until the subscription has reported two of the changes. subscribe(productId, next) starts it and returns a
 * function that ends it.
 */
export async function testSubscription(client, subscribe) {
  const { data } = await client.run(productsQuery, { first: 1 });
  const productId = data.products.edges[0].node.id;
  const totals = [];
  const stop = subscribe(productId, (event) => totals.push(event.licensePoolChanged.total));
  try {
    await expect(async () => {
      await client.run(buyMutation, { input: { productId, quantity: 1 } });
      expect(totals.length).toBeGreaterThan(1);
    }).toPass({ timeout: 20_000 });
  } finally {
    stop();
  }
}
