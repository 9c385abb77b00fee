// Tests the playground in a browser.
import { expect, test } from "@playwright/test";

import { send, startServer } from "./server.mjs";

let server;

test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.stop());

// Requests to other origins, and errors, including violations of the Content-Security-Policy.
const problems = [];

test.beforeEach(async ({ page, context }) => {
  problems.length = 0;
  await context.route(
    (url) => url.origin !== server.url,
    (route) => {
      problems.push(`requested ${route.request().url()}`);
      return route.abort();
    },
  );
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text().slice(0, 300));
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(`${server.url}/playground/`);
  // The editor is visible and highlights the syntax.
  await expect(page.locator(".graphiql-query-editor .view-lines span[class^=mtk]").first()).toBeVisible();
});
test.afterEach(() => expect(problems).toEqual([]));

const tab = (page, name) => page.getByRole("tab").getByRole("button", { name, exact: true });
const run = (page) => page.getByRole("button", { name: /^Execute query/ }).click();
const response = (page) => page.locator(".result-window");

async function actAs(page, caller) {
  await page.getByLabel("Acting as").selectOption({ label: caller });
}

test("the playground works offline, runs the examples, and claims a license", async ({ page }) => {
  await tab(page, "LookAround").click();
  await run(page);
  await expect(response(page)).toContainText('"externalId": "demo-admin"');

  await tab(page, "SetAutoClaimEnabled").click();
  await run(page);
  await expect(response(page)).toContainText('"autoClaimEnabled": true');

  await tab(page, "CreatePolicy").click();
  await run(page);
  await expect(response(page)).toContainText('"name": "Teams for everybody"');

  await actAs(page, "Sign-in (SIGN_IN_SERVICE)");
  await tab(page, "ClaimLicense").click();
  await run(page);
  await expect(response(page)).toContainText('"outcome": "CLAIMED"');

  await actAs(page, "Uma User (no role)");
  await tab(page, "ClaimReport").click();
  await run(page);
  await expect(response(page)).toContainText("FORBIDDEN");

  await actAs(page, "Rita Reader (GLOBAL_READER)");
  await run(page);
  await expect(response(page)).toContainText('"totalClaims": 1');
  await page.screenshot({ path: "results/playground.png" });
});

test("the editor completes fields of the schema, and the documentation is shown", async ({ page }) => {
  await tab(page, "LookAround").click();
  await page.getByRole("button", { name: "New tab" }).click();

  const editor = page.locator(".graphiql-query-editor").getByRole("textbox").first();
  await editor.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("{ setti", { delay: 30 });
  await page.keyboard.press("Control+Space");
  await expect(page.locator(".suggest-widget").getByText("settings", { exact: true }).first()).toBeVisible();

  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "Query", exact: true }).first().click();
  await expect(page.getByText("The claims of the past 1 to 90 days.")).toBeVisible();
});

test("a subscription shows changes by other clients", async ({ page }) => {
  await send(server, "demo-admin", "mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { code } } }");
  await tab(page, "LicensePoolChanged").click();
  await run(page);
  await expect(page.getByRole("button", { name: /^Stop query/ })).toBeVisible();

  const { products } = await send(server, "demo-admin", '{ products(filter: {owned: true}) { nodes { id } } }');
  let quantity = 100;
  await expect(async () => {
    await send(
      server,
      "demo-admin",
      `mutation { createSubscription(input: {productId: "${products.nodes[0].id}", quantity: ${++quantity}}) { userErrors { code } } }`,
    );
    await expect(response(page)).toContainText('"licensePoolChanged"', { timeout: 500 });
  }).toPass();
});
