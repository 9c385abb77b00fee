// The console, the playground and the API through nginx, below a path, with the configuration of deploy/nginx.
import { request as send } from "node:https";

import { expect, test } from "@playwright/test";

import { startBehindNginx } from "../api/nginx.mjs";

test.use({ ignoreHTTPSErrors: true }); // The certificate is made for this test.

for (const stripsPrefix of [false, true]) {
  test.describe(stripsPrefix ? "a proxy that strips its prefix" : "a proxy that passes its prefix on", () => {
    let server;

    test.beforeAll(async () => {
      server = await startBehindNginx({ stripsPrefix }, "--rate-limit", "0");
    });
    test.afterAll(() => server?.stop());

    /** Fails the test if a page requests anything outside of the server's URL, or logs an error. */
    test.beforeEach(({ page, context }) => {
      page.problems = [];
      context.on("request", (request) => {
        if (!request.url().startsWith(`${server.url}/`) && !/^(blob|data):/.test(request.url()))
          page.problems.push(`requested ${request.url()}`);
      });
      page.on("console", (message) => {
        if (message.type() === "error") page.problems.push(message.text().slice(0, 300));
      });
      page.on("pageerror", (error) => page.problems.push(String(error)));
    });
    test.afterEach(({ page }) => expect(page.problems).toEqual([]));

    async function open(page, path) {
      await page.goto(server.url + path);
      await page.getByRole("button", { name: "Ada Admin" }).click();
      await expect(page.locator("main")).toBeVisible();
    }

    const headers = (who = "demo-admin") => ({ authorization: `Bearer ${server.tokens[who]}` });

    /** Sends an operation through nginx and returns its data. */
    async function run(request, query, who) {
      const response = await request.post(`${server.url}/graphql`, { headers: headers(who), data: { query } });
      const { data, errors } = await response.json();
      expect(errors).toBeUndefined();
      return data;
    }

    /** Raises the licenses of a product, so that subscribers get an event. */
    async function buy(request, quantity) {
      const { products } = await run(request, "{ products(filter: {owned: true}) { nodes { id } } }");
      const input = `{productId: "${products.nodes[0].id}", quantity: ${quantity}}`;
      await run(request, `mutation { createSubscription(input: ${input}) { userErrors { code } } }`);
    }

    test("the console signs in, opens views by their URLs, downloads a CSV file and signs out", async ({ page }) => {
      await open(page, "/console/report?period=7");
      expect(page.url()).toBe(`${server.url}/console/report?period=7`);
      await expect(page.getByRole("combobox", { name: "Period" })).toHaveValue("7");

      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download CSV" }).click();
      expect((await download).suggestedFilename()).toMatch(/\.csv$/);

      await page.getByRole("link", { name: "Products and licenses" }).click();
      await expect(page).toHaveURL(`${server.url}/console/products`);
      await page.getByRole("link", { name: "Microsoft 365 E3" }).click();
      await expect(page).toHaveURL(new RegExp(`^${server.url}/console/products/product_`));
      await page.reload(); // The provider's session signs in again.
      await expect(page.getByRole("heading", { name: "Microsoft 365 E3" })).toBeVisible();
      await page.screenshot({ path: `results/proxy-${stripsPrefix ? "strips" : "passes"}.png` });

      await page.getByRole("button", { name: "Close" }).first().click();
      await expect(page).toHaveURL(`${server.url}/console/products`);
      await page.getByRole("button", { name: /^Account of/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await expect(page.getByRole("heading", { name: "You're signed out" })).toBeVisible();
      expect(page.url()).toMatch(new RegExp(`^${server.url}/console/signed-out`));
    });

    test("the playground runs operations, and subscriptions over a WebSocket", async ({ page, request }) => {
      await page.goto(`${server.url}/playground/`);
      const tab = (name) => page.getByRole("tab").getByRole("button", { name, exact: true });
      await tab("LookAround").click();
      await page.getByRole("button", { name: /^Execute query/ }).click();
      await expect(page.locator(".result-window")).toContainText('"externalId": "demo-admin"');

      await tab("LicensePoolChanged").click();
      await page.getByRole("button", { name: /^Execute query/ }).click();
      await expect(page.getByRole("button", { name: /^Stop query/ })).toBeVisible();
      let quantity = 100;
      await expect(async () => {
        await buy(request, ++quantity);
        await expect(page.locator(".result-window")).toContainText('"licensePoolChanged"', { timeout: 500 });
      }).toPass();
    });

    test("events arrive while their stream is open, although nginx buffers responses", async ({ page, request }) => {
      await page.goto(`${server.url}/playground/`); // Its origin may call the API.
      const stream = page.evaluate(
        async ({ url, authorization }) => {
          const response = await fetch(url, {
            method: "POST",
            headers: { accept: "text/event-stream", "content-type": "application/json", authorization },
            body: JSON.stringify({ query: "subscription { licensePoolChanged { total } }" }),
          });
          const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
          let text = "";
          while (!text.includes("licensePoolChanged")) {
            text += (await reader.read()).value;
            if (text.startsWith(":")) window.streaming = true; // The comment at the start has arrived.
          }
          await reader.cancel();
          return text;
        },
        { url: `${server.url}/graphql`, authorization: headers().authorization },
      );
      await page.waitForFunction(() => window.streaming);
      // The subscription may begin a moment after the comment.
      let arrived = false;
      void stream.then(() => (arrived = true));
      let quantity = 200;
      await expect(async () => {
        await buy(request, ++quantity);
        await expect.poll(() => arrived, { timeout: 500 }).toBe(true);
      }).toPass();
      expect(await stream).toContain("event: next");
    });

    test("redirects and links stay below the prefix", async ({ request }) => {
      const origin = new URL(server.url).origin;
      for (const [from, to] of [
        ["/autoclaim/", "/autoclaim/console/"],
        ["/autoclaim/console", "/autoclaim/console/"],
        ["/autoclaim/playground", "/autoclaim/playground/"],
      ]) {
        const response = await request.get(origin + from, { maxRedirects: 0 });
        expect(new URL(response.headers().location, origin).href).toBe(origin + to);
      }
      expect((await request.get(`${origin}/autoclaim`)).url()).toMatch(`${origin}/autoclaim/`);

      const { claimReport } = await run(request, "{ claimReport { csvPath } }");
      const csv = await request.get(origin + claimReport.csvPath, { headers: headers() });
      expect(csv.headers()["content-disposition"]).toContain(".csv");

      for (const path of ["/healthz", "/readyz"]) expect((await request.get(server.url + path)).status()).toBe(200);
      const plain = await request.get(`${server.plainUrl}/autoclaim/graphql?x=1`, { maxRedirects: 0 });
      expect(plain.headers().location).toBe(`${server.plainUrl.replace("http", "https")}/autoclaim/graphql?x=1`);
    });

    test("bodies that are too large or compressed get the same answers as without the proxy", async ({ request }) => {
      const post = (data, more) =>
        request.post(`${server.url}/graphql`, {
          headers: { ...headers(), "content-type": "application/json", ...more },
          data,
        });
      for (const size of [1.5, 3]) {
        // Mebibytes: the first is too large for the server, the second for nginx.
        const response = await post(JSON.stringify({ query: " ".repeat(size * 1024 * 1024) }));
        expect(response.status()).toBe(413);
        expect((await response.json()).errors[0].extensions.code).toBe("BAD_USER_INPUT");
      }

      const response = await post("compressed", { "content-encoding": "gzip" });
      expect(response.status()).toBe(415);
      expect(response.headers()["accept-encoding"]).toBe("identity");
      expect(response.headers()["strict-transport-security"]).toContain("max-age=31536000");
      expect(response.headers()["x-request-id"]).toBeTruthy();
    });

    test("the log has the client's address, and not the one that it pretends to have", async () => {
      const { hostname, port, pathname } = new URL(server.url);
      const get = (options) =>
        new Promise((resolve, reject) => {
          const path = `${pathname}/nowhere`;
          send({ hostname, port, path, rejectUnauthorized: false, agent: false, ...options }, (response) =>
            response.resume().on("end", resolve),
          )
            .on("error", reject)
            .end();
        });
      // nginx connects from 127.0.0.1, which is the trusted proxy. The client has another address of this machine.
      await get({
        localAddress: "127.0.0.2",
        headers: { "x-request-id": "spoofing", "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" },
      });
      await expect.poll(() => server.log()).toContain("request_id=spoofing");
      const line = server
        .log()
        .split("\n")
        .find((text) => text.includes("request_id=spoofing"));
      expect(line).toMatch(/ remote=127\.0\.0\.2$/);
      expect(line).toContain("path=/nowhere ");
    });
  });
}
