// The console's sign-in in a browser, without the console around it: a page of its own in the console's place, at
// the development server's own provider.
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
          window.auth = await createAuth(config);
          const show = () => (heading.textContent = auth.user ? "Hello " + auth.user.name : "Nobody");
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

// Playwright's own routes do not see where a redirect leads.
async function standIn(page) {
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

test.beforeEach(({ page }) => standIn(page));

const heading = (page) => page.getByRole("heading", { level: 1 });
const choose = (page, name) => page.getByRole("button", { name }).click();
// Tokens are good for ten minutes, and renewed in the last half of one.
const later = (page, minutes) => page.clock.setSystemTime(Date.now() + minutes * 60_000);
const stored = (page) => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));

async function signIn(page, view = "/console/") {
  await page.goto(server.url + view);
  await expect(heading(page)).toHaveText("Who do you want to be?");
  await choose(page, "Ada Admin");
  await expect(heading(page)).toHaveText("Hello Ada Admin");
}

test("one comes back to the view that one asked for, and its token is nowhere but in memory", async ({ page }) => {
  const view = "/console/policies?search=teams#details";
  await signIn(page, view);
  expect(page.url()).toBe(server.url + view);
  expect(await page.evaluate(() => history.length)).toBe(3); // The blank page, the choice, and the view.

  const answer = await page.evaluate(async () => {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { authorization: `Bearer ${await auth.getAccessToken()}`, "content-type": "application/json" },
      body: JSON.stringify({ query: "{ viewer { externalId } }" }),
    });
    return response.json();
  });
  expect(answer).toMatchObject({ data: { viewer: { externalId: "demo-admin" } } });
  expect(await stored(page)).toBe('[{},{},""]');

  await page.reload();
  await expect(heading(page)).toHaveText("Hello Ada Admin");
  expect(page.url()).toBe(server.url + view);
});

test("a token is renewed when it is needed, once for all who wait for it", async ({ page }) => {
  await signIn(page);
  let renewals = 0; // Or tries.
  page.on("request", (request) => (renewals += Number(request.url().endsWith("/oauth/token"))));

  const first = await page.evaluate(() => auth.getAccessToken());
  expect(renewals).toBe(0);

  await later(page, 9.75);
  const next = await page.evaluate(() => Promise.all([auth.getAccessToken(), auth.getAccessToken(), auth.getAccessToken()]));
  expect(new Set([first, ...next]).size).toBe(2);
  expect(renewals).toBe(1);

  // The provider does not answer: what there is does, as long as it is good.
  await later(page, 9.75 + 9.75);
  await page.context().setOffline(true);
  expect(await page.evaluate(() => auth.getAccessToken())).toBe(next[0]);
  await page.context().setOffline(false);
  expect(await page.evaluate(() => auth.getAccessToken())).not.toBe(next[0]);
  expect(await stored(page)).toBe('[{},{},""]');
});

test("without refresh tokens, the provider is asked again, and the view stays", async ({ page }) => {
  await page.goto(`${server.url}/oidc/signed-out`);
  await page.evaluate(() => (sessionStorage.scope = "email"));
  await signIn(page, "/console/report");
  await later(page, 9.75);

  const left = page.waitForEvent("framenavigated");
  await page.evaluate(() => void auth.getAccessToken());
  await left;
  await expect(heading(page)).toHaveText("Hello Ada Admin");
  expect(page.url()).toBe(`${server.url}/console/report`);
});

test("signing out ends it at the provider, and leads to nobody's page", async ({ page }) => {
  await signIn(page);
  await page.evaluate(() => void auth.signOut());
  await expect(heading(page)).toHaveText("Nobody");
  await expect(page).toHaveURL(`${server.url}/console/signed-out`);

  await page.evaluate(() => void auth.signIn());
  await expect(heading(page)).toHaveText("Who do you want to be?");
  await choose(page, "Uma User");
  await expect(heading(page)).toHaveText("Hello Uma User");
  expect(page.url()).toBe(`${server.url}/console/`);
});

test("a refusal of the provider is shown, and leads in no circle", async ({ page }) => {
  await page.goto(`${server.url}/console/signed-out`);
  await page.goto(`${server.url}/console/policies`);
  await expect(heading(page)).toHaveText("Who do you want to be?");

  const state = await page.evaluate(() => Object.keys(sessionStorage)[0].split(".").at(-1));
  await page.goto(`${server.url}/console/callback?error=access_denied&error_description=Not+today&state=${state}`);
  await expect(heading(page)).toHaveText("SignInError: Not today");
  expect(page.url()).toBe(`${server.url}/console/`);
});

test("somebody new signs in by the keyboard, and a wrong id is told of", async ({ page }) => {
  await page.goto(`${server.url}/console/`);
  const id = page.getByLabel("Or enter another user ID");
  await id.fill("no spaces");
  await id.press("Enter");
  await expect(page.getByRole("alert")).toContainText("type an id");
  await page.screenshot({ path: "results/login.png" });
  await id.fill("ann@example.com");
  await id.press("Enter");
  await expect(heading(page)).toHaveText("Hello ann@example.com");
});
