// The user's procedure, in the sign-in application of examples/, with one browser context per user.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

import { expect, makePolicy, test as base, turnOn } from "./fixtures.mjs";

const program = fileURLToPath(new URL("../../bin/signin", import.meta.url));

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

const test = base.extend({
  /** Runs the application with the server's own identity provider, and gives its address. */
  application: async ({ server }, use) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const application = spawn(
      program,
      [
        "-listen",
        new URL(url).host,
        "-url",
        url,
        "-issuer",
        `${server.url}/oidc`,
        "-autoclaim",
        server.url,
        "-patience",
        "30s",
      ],
      {
        stdio: "ignore",
      },
    );
    const ended = once(application, "exit");
    await expect
      .poll(() =>
        fetch(url).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true);
    await use(url);
    application.kill("SIGINT");
    expect((await ended)[0]).toBe(0);
  },

  /** Opens the application in a new browser context and signs in as one of the demo's users. */
  signIn: async ({ browser, application }, use) => {
    const visits = [];
    await use(async (who) => {
      const visit = await browser.newContext();
      visits.push(visit);
      const page = await visit.newPage();
      await page.goto(application);
      await page.getByRole("link", { name: "Sign in" }).click();
      await page.getByRole("button", { name: who }).click();
      return page;
    });
    for (const visit of visits) await visit.close();
  },
});

const licenses = async ({ admin }, user) => {
  const { users } = await admin(
    "query ($user: String) { users(text: $user) { nodes { licenses(active: true) { nodes { source product { name } } } } } }",
    { user },
  );
  return users.nodes.flatMap(({ licenses: { nodes } }) => nodes.map(({ source, product }) => [product.name, source]));
};

test("14 sign in as a user and get the license", async ({ server, signIn }) => {
  await makePolicy(server);

  const first = await signIn("Uma User");
  await expect(first.getByRole("heading", { level: 1 })).toHaveText("You have a license now");
  await expect(first.getByText("Microsoft 365 Business Basic")).toBeVisible();
  await first.getByRole("link", { name: "Continue to the application" }).click();
  await expect(first.getByRole("button", { name: "Sign out" })).toBeVisible();
  expect(await licenses(server, "demo-user")).toEqual([["Microsoft 365 Business Basic", "AUTO_CLAIM"]]);

  const again = await signIn("Uma User");
  await expect(again.getByRole("button", { name: "Sign out" })).toBeVisible();
  await expect(again.getByText("You have a license now")).toBeHidden();
  expect(await licenses(server, "demo-user")).toHaveLength(1);
});

test("a user who gets no license sees what to do", async ({ server, signIn }) => {
  await turnOn(server);

  const page = await signIn("Uma User");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have no license");
  await expect(page.getByText("Try again when you have one.")).toBeVisible();

  await makePolicy(server);
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have a license now");
});
