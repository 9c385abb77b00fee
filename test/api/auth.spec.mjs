// Tests the sign-in code of the console in a browser, with a minimal page instead of the console, and with the OpenID
// provider of the development server.
import { fileURLToPath } from "node:url";

import { expect, test } from "@playwright/test";
import { build } from "esbuild";

import { startServer } from "./server.mjs";

const module = fileURLToPath(new URL("../../web/src/auth/auth.ts", import.meta.url));
const html = '<!doctype html><html lang="en"><title>Sign-in</title><h1></h1><script type="module" src="/console/page.js"></script>';

let script;
let server;

test.beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { createAuth } from ${JSON.stringify(module)};
        const heading = document.querySelector("h1");
        const config = { authority: location.origin + "/oidc", clientId: "autoclaim-console", scope: "openid profile " + (sessionStorage.scope ?? "offline_access") };
        try {
          window.auth = await createAuth(config, "/console/");
          const show = () => (heading.textContent = auth.user ? "Hello " + auth.user.name : "Signed out");
          auth.onChange(show);
          show();
        } catch (error) {
          heading.textContent = error.name + ": " + error.message;
        }`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    write: false,
  });
  script = outputFiles[0].text;
  server = await startServer();
});
test.afterAll(() => server.stop());

// Serves the minimal page instead of the console. Playwright's routes do not intercept redirected requests, so this uses
// the DevTools protocol.
async function replaceConsole(page) {
  const devtools = await page.context().newCDPSession(page);
  devtools.on("Fetch.requestPaused", ({ requestId, request }) => {
    const [type, body] = request.url.endsWith(".js") ? ["text/javascript", script] : ["text/html", html];
    return devtools.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: "Content-Type", value: type }],
      body: Buffer.from(body).toString("base64"),
    });
  });
  await devtools.send("Fetch.enable", { patterns: [{ urlPattern: "*/console/*" }] });
}

test.beforeEach(({ page }) => replaceConsole(page));

const heading = (page) => page.getByRole("heading", { level: 1 });
const clickButton = (page, name) => page.getByRole("button", { name }).click();
// Tokens are valid for ten minutes and renewed in the last 30 seconds.
const advanceClock = (page, minutes) => page.clock.setSystemTime(Date.now() + minutes * 60_000);
const storage = (page) => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));

async function signIn(page, view = "/console/") {
  await page.goto(server.url + view);
  await expect(heading(page)).toHaveText("Who do you want to be?");
  await clickButton(page, "Ada Admin");
  await expect(heading(page)).toHaveText("Hello Ada Admin");
}

test("after sign-in the user returns to the requested view, and the token is only in memory", async ({ page }) => {
  const view = "/console/policies?search=teams#details";
  await signIn(page, view);
  expect(page.url()).toBe(server.url + view);
  expect(await page.evaluate(() => history.length)).toBe(3); // The blank page, the provider, and the view.

  const answer = await page.evaluate(async () => {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { authorization: `Bearer ${await auth.getAccessToken()}`, "content-type": "application/json" },
      body: JSON.stringify({ query: "{ viewer { externalId } }" }),
    });
    return response.json();
  });
  expect(answer).toMatchObject({ data: { viewer: { externalId: "demo-admin" } } });
  expect(await storage(page)).toBe('[{},{},""]');

  await page.reload();
  await expect(heading(page)).toHaveText("Hello Ada Admin");
  expect(page.url()).toBe(server.url + view);
});

test("concurrent callers share one token renewal", async ({ page }) => {
  await signIn(page);
  let renewals = 0; // Including failed attempts.
  page.on("request", (request) => (renewals += Number(request.url().endsWith("/oauth/token"))));

  const first = await page.evaluate(() => auth.getAccessToken());
  expect(renewals).toBe(0);

  await advanceClock(page, 9.75);
  const next = await page.evaluate(() => Promise.all([auth.getAccessToken(), auth.getAccessToken(), auth.getAccessToken()]));
  expect(new Set([first, ...next]).size).toBe(2);
  expect(renewals).toBe(1);

  // While the provider does not answer, the current token is used until it expires.
  await advanceClock(page, 9.75 + 9.75);
  await page.context().setOffline(true);
  expect(await page.evaluate(() => auth.getAccessToken())).toBe(next[0]);
  await page.context().setOffline(false);
  expect(await page.evaluate(() => auth.getAccessToken())).not.toBe(next[0]);
  expect(await storage(page)).toBe('[{},{},""]');
});

test("without refresh tokens the browser is redirected to the provider and back to the same view", async ({ page }) => {
  await page.goto(`${server.url}/oidc/signed-out`);
  await page.evaluate(() => (sessionStorage.scope = "email"));
  await signIn(page, "/console/report");
  await advanceClock(page, 9.75);

  const redirected = page.waitForEvent("framenavigated");
  await page.evaluate(() => void auth.getAccessToken());
  await redirected;
  await expect(heading(page)).toHaveText("Hello Ada Admin");
  expect(page.url()).toBe(`${server.url}/console/report`);
});

test("signing out ends the session at the provider and shows the signed-out page", async ({ page }) => {
  await signIn(page);
  await page.evaluate(() => void auth.signOut());
  await expect(heading(page)).toHaveText("Signed out");
  await expect(page).toHaveURL(`${server.url}/console/signed-out`);

  await page.evaluate(() => void auth.signIn());
  await expect(heading(page)).toHaveText("Who do you want to be?");
  await clickButton(page, "Uma User");
  await expect(heading(page)).toHaveText("Hello Uma User");
  expect(page.url()).toBe(`${server.url}/console/`);
});

test("an error from the provider is shown and does not cause a redirect loop", async ({ page }) => {
  await page.goto(`${server.url}/console/signed-out`);
  await page.goto(`${server.url}/console/policies`);
  await expect(heading(page)).toHaveText("Who do you want to be?");

  const state = await page.evaluate(() => Object.keys(sessionStorage)[0].split(".").at(-1));
  await page.goto(`${server.url}/console/callback?error=access_denied&error_description=Not+today&state=${state}`);
  await expect(heading(page)).toHaveText("SignInError: Not today");
  expect(page.url()).toBe(`${server.url}/console/`);
});

test("a new user signs in with the keyboard, and an invalid id is reported", async ({ page }) => {
  await page.goto(`${server.url}/console/`);
  const id = page.getByLabel("Or enter another user ID");
  await id.fill("no spaces");
  await id.press("Enter");
  await expect(page.getByRole("alert")).toContainText("type an ID of up to 64");
  await page.screenshot({ path: "results/login.png" });
  await id.fill("ann@example.com");
  await id.press("Enter");
  await expect(heading(page)).toHaveText("Hello ann@example.com");
});
