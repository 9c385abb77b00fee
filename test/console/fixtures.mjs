// A server of its own for each test, with the demo tenant, and the console in a browser in front of it.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base } from "@playwright/test";

import { send, startServer } from "../api/server.mjs";
import { makeDatabase } from "./postgresql.mjs";

export { expect };

export const test = base.extend({
  database: ["sqlite", { option: true, scope: "worker" }],

  server: async ({ database }, use) => {
    const flags = database === "postgresql" ? ["--database-url", await makeDatabase()] : [];
    const server = await startServer("--rate-limit", "0", ...flags);
    const as = (who) => (query, variables) => send(server, who, query, variables);
    await use({ ...server, admin: as("demo-admin"), signIn: as("demo-sign-in") });
    await server.stop();
  },

  /** Opens a view as one of the demo's people. */
  open: async ({ server, page }, use) => {
    await use(async (path, who = "Ada Admin", tab = page) => {
      await tab.goto(`${server.url}/console${path}`);
      await tab.getByRole("button", { name: who }).click();
      await expect(tab.locator("main")).toBeVisible(); // Perhaps below a pane, where no role finds it.
    });
  },

  /** What the page asks for from elsewhere, and what its policy keeps it from doing, fails every test. */
  offences: [
    async ({ page, context, server }, use) => {
      const offences = [];
      await context.route(
        (url) => url.origin !== server.url,
        (route) => {
          offences.push(`asked for ${route.request().url()}`);
          return route.abort();
        },
      );
      page.on("console", (message) => {
        if (message.type() === "error") offences.push(message.text().slice(0, 300));
      });
      page.on("pageerror", (error) => offences.push(String(error)));
      await use(offences);
      expect(offences).toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until the console says what became of an action: in a toast, and to screen readers. */
export const told = (page, text) => expect(page.getByText(text).last()).toBeVisible();

/** Looks for what keeps people out, by the rules of WCAG 2.2 AA, as the page is now. */
export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .exclude("[data-tabster-dummy]") // Fluent UI's; whoever gets there by Tab is passed on at once.
    .analyze();
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
    ),
  ).toEqual([]);
}

// What tests need done before they begin, by the API.

export const turnOn = ({ admin }) =>
  admin("mutation { setAutoClaimEnabled(input: { enabled: true }) { userErrors { code } } }");

/** The demo's app that users sign in to, and the products by their codes. */
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

/** A policy for Teams, with Microsoft 365 Business Basic and Microsoft 365 E3 unless others are named. */
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

/** Signs a user in to Teams and tells what became of it. */
export async function claim({ signIn }, user) {
  const { claimLicense } = await signIn(
    'mutation ($user: String!) { claimLicense(input: { app: "TEAMS1", user: $user }) { outcome } }',
    { user },
  );
  return claimLicense.outcome;
}

/** The policy as the API has it. */
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
