// Runs the published audits of the GraphQL over HTTP specification against a server.
import { expect, test } from "@playwright/test";
import { serverAudits } from "graphql-http";

import { startServer } from "./server.mjs";

let server;

test.beforeAll(async () => {
  server = await startServer("--rate-limit", "0");
});
test.afterAll(() => server.stop());

const audits = serverAudits({
  url: () => `${server.url}/graphql`,
  fetchFn: (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${server.tokens["demo-admin"]}`);
    return fetch(url, { ...init, headers });
  },
});

for (const audit of audits) {
  test(`${audit.id}: ${audit.name}`, async () => {
    const result = await audit.fn();
    expect(result.status, result.reason).toBe("ok");
  });
}
