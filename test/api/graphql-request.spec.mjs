// Runs graphql-request against a server.
import { expect, test } from "@playwright/test";
import { ClientError, GraphQLClient } from "graphql-request";

import { testClient } from "./clients.mjs";
import { startServer } from "./server.mjs";

let server;

test.beforeAll(async () => {
  server = await startServer("--rate-limit", "0");
});
test.afterAll(() => server.stop());

function connect(token, options = {}) {
  const client = new GraphQLClient(`${server.url}/graphql`, { headers: { authorization: `Bearer ${token}` }, ...options });

  return {
    client,
    async run(text, variables) {
      try {
        return { data: await client.request(text, variables), codes: [] };
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        return { data: null, codes: error.response.errors.map(({ extensions }) => extensions.code) };
      }
    },
  };
}

test.describe("graphql-request by POST", () => testClient(() => server, (token) => connect(token)));
test.describe("graphql-request with GET for queries", () => testClient(() => server, (token) => connect(token, { method: "GET" })));

test("a batch of operations is refused with a code", async () => {
  const { client } = connect(server.tokens["demo-admin"]);
  const batch = client.batchRequests([{ document: "{ viewer { externalId } }" }, { document: "{ viewer { externalId } }" }]);
  const error = await batch.catch((refusal) => refusal);
  expect(error).toBeInstanceOf(ClientError);
  expect(error.response.status).toBe(400);
});
