// Fixtures: each test has its own server with the demo tenant, and the console in a browser.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base } from "@playwright/test";

import { send, startServer } from "../api/server.mjs";
import { makeDatabase } from "./postgresql.mjs";

export { expect };

export const test = base.extend({
  database: ["sqlite", { option: true, scope: "worker" }],

  server: async ({ database }, use) => {
    const postgresql = database === "postgresql" ? await makeDatabase() : undefined;
    const flags = postgresql ? ["--database-url", postgresql] : [];
    const server = await startServer("--rate-limit", "0", ...flags);
    const databaseUrl = postgresql ?? `sqlite:${path.join(server.directory, "autoclaim.db")}`;
    const as = (who) => (query, variables) => send(server, who, query, variables);
    await use({ ...server, databaseUrl, admin: as("demo-admin"), signIn: as("demo-sign-in") });
    await server.stop();
  },

  /** Opens a view and signs in as one of the demo's users. */
  open: async ({ server, page }, use) => {
    await use(async (path, who = "Ada Admin", tab = page) => {
      await tab.goto(`${server.url}/console${path}`);
      await tab.getByRole("button", { name: who }).click();
      await expect(tab.locator("main")).toBeVisible(); // A pane over it may hide it from role selectors.
    });
  },

  /** Fails the test if the page requests another origin, logs an error or violates its Content-Security-Policy. */
  pageErrors: [
    async ({ page, context, server }, use) => {
      const pageErrors = [];
      await context.route(
        (url) => url.origin !== server.url,
        (route) => {
          pageErrors.push(`requested ${route.request().url()}`);
          return route.abort();
        },
      );
      page.on("console", (message) => {
        if (message.type() === "error") pageErrors.push(message.text().slice(0, 300));
      });
      page.on("pageerror", (error) => pageErrors.push(String(error)));
      await use(pageErrors);
      expect(pageErrors).toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until the console shows the result of an action, as a toast or for screen readers. */
export const showsResult = (page, text) => expect(page.getByText(text).last()).toBeVisible();

/** Checks the current page against the rules of WCAG 2.2 AA. */
export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .exclude("[data-tabster-dummy]") // Fluent UI's focus guards, which pass the focus on.
    .analyze();
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
    ),
  ).toEqual([]);
}

// Setup through the API.

export const turnOn = ({ admin }) =>
  admin("mutation { setAutoClaimEnabled(input: { enabled: true }) { userErrors { code } } }");

/** Returns the demo's claimable app, and its products by their codes. */
export async function catalog({ admin }) {
  const { apps, products } = await admin(
    "{ apps(claimable: true) { nodes { id } } products(first: 100) { nodes { id name code } } }",
  );
  const byCode = Object.fromEntries(products.nodes.map((product) => [product.code, product]));
  return {
    app: apps.nodes[0].id,
    basic: byCode.O365_BUSINESS_ESSENTIALS,
    e3: byCode.SPE_E3,
    office: byCode.ENTERPRISEPACK,
  };
}

/** Creates a policy for Teams, by default with Microsoft 365 Business Basic and Microsoft 365 E3. */
export async function makePolicy(server, choose = ({ basic, e3 }) => [basic, e3]) {
  await turnOn(server);
  const found = await catalog(server);
  const { createPolicy } = await server.admin(
    "mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } userErrors { message } } }",
    {
      input: {
        name: "Teams for everybody",
        appId: found.app,
        products: choose(found).map(({ id }) => ({ productId: id })),
      },
    },
  );
  return { ...found, id: createPolicy.policy.id };
}

/** Imports a catalog in which Microsoft 365 E3 includes Sway alone. The other products stay as they are. */
export async function takeTeamsOutOfE3({ directory, databaseUrl }) {
  const file = path.join(directory, "catalog.csv");
  await writeFile(
    file,
    `Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,SWAY,a23b959c-7ce8-4e57-9140-b90eb88a9e97,Sway
`,
  );
  const program = new URL("../../bin/autoclaim", import.meta.url).pathname;
  await promisify(execFile)(program, ["import", "catalog", file, "--database-url", databaseUrl]);
}

/** Claims a license for a user who signs in to Teams, and returns the outcome. */
export async function claim({ signIn }, user) {
  const { claimLicense } = await signIn(
    'mutation ($user: String!) { claimLicense(input: { app: "TEAMS1", user: $user }) { outcome } }',
    { user },
  );
  return claimLicense.outcome;
}

/** Reads a policy through the API. */
export async function readPolicy({ admin }, id) {
  const { policy } = await admin(
    "query ($id: ID!) { policy(id: $id) { name enabled version products { product { name } appToggles { state app { name } } } } }",
    { id },
  );
  return {
    ...policy,
    products: policy.products.map(({ product }) => product.name),
    off: policy.products.map(({ appToggles }) =>
      appToggles.filter(({ state }) => state === "OFF").map(({ app }) => app.name),
    ),
  };
}
