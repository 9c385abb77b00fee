// What every view guarantees: it is accessible, in the light and the dark theme, at any width.
import { claim, expect, expectAccessible, makePolicy, test, turnOn } from "./fixtures.mjs";

/** Claims all licenses of a policy's two products, so that one user is turned away. */
async function makeClaims(server) {
  const made = await makePolicy(server);
  for (const user of ["ann", "bob", "cleo", "dan", "eve", "fay", "gus", "late"]) await claim(server, user);
  const { users, auditEvents } = await server.admin(
    '{ users(text: "ann") { nodes { id } } auditEvents(action: "createPolicy") { nodes { id } } }',
  );
  return { ...made, user: users.nodes[0].id, event: auditEvents.nodes[0].id };
}

// The main views as they open. `ready` is an element that shows once a view has loaded.
const views = [
  { name: "auto-claim-off", path: "/policies", ready: (page) => page.getByRole("button", { name: "Turn on setting" }) },
  {
    name: "no-policies",
    path: "/policies",
    prepare: turnOn,
    ready: (page) => page.getByRole("heading", { name: "No policies yet" }),
  },
  {
    name: "policies",
    path: "/policies",
    prepare: makePolicy,
    ready: (page) => page.getByRole("link", { name: "Teams for everybody" }),
  },
  {
    name: "policy",
    path: ({ id }) => `/policies/${id}`,
    prepare: makePolicy,
    ready: (page) => page.getByRole("checkbox", { name: /Microsoft Teams Always on/ }),
  },
  {
    name: "add-policy",
    path: "/policies/new",
    prepare: turnOn,
    ready: (page) => page.getByRole("textbox", { name: "Policy name" }),
  },
  { name: "report", path: "/report", prepare: makeClaims, ready: (page) => page.getByRole("row", { name: /cleo/ }) },
  {
    name: "report-table",
    path: "/report?days=table&list=missed&period=30",
    prepare: makeClaims,
    ready: (page) => page.getByRole("row", { name: /late/ }),
  },
  {
    name: "report-empty",
    path: "/report",
    ready: (page) => page.getByRole("heading", { name: "No claims in this period" }),
  },
  {
    name: "products",
    path: "/products?show=all",
    prepare: makeClaims,
    ready: (page) => page.getByRole("meter").first(),
  },
  {
    name: "subscriptions",
    path: "/products?tab=subscriptions",
    ready: (page) => page.getByRole("link", { name: "Visio Plan 2" }),
  },
  {
    name: "product",
    path: ({ basic }) => `/products/${basic.id}`,
    prepare: makeClaims,
    ready: (page) => page.getByRole("list", { name: "Subscriptions" }),
  },
  { name: "users", path: "/users", prepare: makeClaims, ready: (page) => page.getByRole("link", { name: "ann" }) },
  {
    name: "user",
    path: ({ user }) => `/users/${user}`,
    prepare: makeClaims,
    ready: (page) => page.getByRole("list", { name: "Licenses" }),
  },
  {
    name: "audit",
    path: "/audit",
    prepare: makePolicy,
    ready: (page) => page.getByRole("link", { name: "Policy created" }),
  },
  {
    name: "change",
    path: ({ event }) => `/audit/${event}`,
    prepare: makeClaims,
    ready: (page) => page.getByRole("link", { name: "Teams for everybody" }),
  },
  {
    name: "settings",
    path: "/settings",
    prepare: turnOn,
    ready: (page) => page.getByRole("switch", { name: "Auto-claim" }),
  },
  {
    name: "not-found",
    path: "/nowhere",
    ready: (page) => page.getByRole("heading", { name: "Page not found" }),
  },
];

for (const { name, path, prepare = () => ({}), ready } of views) {
  test(`${name} is accessible, in light and dark, wide and narrow`, async ({ page, server, open }) => {
    const made = await prepare(server);
    await open(typeof path === "function" ? path(made) : path);
    await expect(ready(page)).toBeVisible();

    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 360]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 800 });
        await expectAccessible(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await page.screenshot({ path: `results/screens/${name}-${width}-${colorScheme}.png` });
      }
    }
  });
}

test("every step of the wizard is accessible", async ({ page, server, open }) => {
  await turnOn(server);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open("/policies/new");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText("Enter a name.")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("textbox", { name: "Policy name" }).fill("Teams");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("combobox", { name: "App" }).selectOption("Microsoft Teams");
  await page.getByRole("combobox", { name: "Product" }).click();
  await expect(page.getByRole("option", { name: /^Microsoft 365 E3/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("option", { name: /^Microsoft 365 E3/ }).click();
  await page.screenshot({ path: "results/screens/add-policy-products.png" });

  for (const step of ["apps", "review"]) {
    await page.getByRole("button", { name: "Next" }).click();
    await expect(page).toHaveURL(new RegExp(`/policies/new/${step}$`));
    await expect(page.getByText("Loading")).toHaveCount(0);
    await expectAccessible(page);
    await page.screenshot({ path: `results/screens/add-policy-${step}.png` });
  }
});

test("a global reader sees everything and can change nothing", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await open(`/policies/${id}`, "Rita Reader");

  const pane = page.getByRole("dialog");
  await expect(pane.getByText("Only a global admin can make changes.")).toBeVisible();
  await expect(pane.getByRole("textbox", { name: "Policy name" })).toHaveAttribute("readonly");
  await expect(pane.getByRole("button", { name: /Save|Remove|Move|Add|Delete/ })).toHaveCount(0);
  await expect(pane.getByRole("switch", { name: "Policy status" })).toBeDisabled();
  await pane.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("link", { name: "Teams for everybody" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Add a policy" })).toHaveCount(0);
});

test("a user without an admin role sees that they have no access, and can sign out", async ({ page, open }) => {
  await open("/policies", "Uma User");
  await expect(page.getByRole("heading", { name: "You don't have access" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "You're signed out" })).toBeVisible();
  await expectAccessible(page);
});

test("a view that cannot load shows an error and can try again", async ({ page, server, open, pageErrors }) => {
  await makePolicy(server);
  await page.route("**/graphql", (route) =>
    route.request().postData()?.includes("query Policies") ? route.abort() : route.fallback(),
  );
  await open("/policies");
  await expect(page.getByRole("alert")).toContainText("We can't reach the server");
  await expectAccessible(page);

  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "Teams for everybody" })).toBeVisible();
  pageErrors.length = 0; // The browser logged the failed requests.
});

test("the address of a policy that does not exist shows an error and a way back", async ({ page, open }) => {
  await open("/policies/policy_01h455vb4pex5vsknk084sn02q");
  await expect(page.getByRole("heading", { name: "This policy doesn't exist" }).last()).toBeVisible();
  await page.getByRole("button", { name: "Back to policies" }).click();
  await expect(page).toHaveURL(/\/policies$/);
});

test("the theme follows the system until the user chooses another one, which is remembered", async ({ page, open }) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.emulateMedia({ colorScheme: "dark" });
  await open("/policies");
  expect(await theme()).toBe("dark");

  await page.getByRole("button", { name: "Account of Ada Admin" }).click();
  await page.getByRole("menuitemradio", { name: "Light" }).click();
  expect(await theme()).toBe("light");
  await page.reload();
  await expect(page.getByRole("main")).toBeVisible();
  expect(await theme()).toBe("light");
});

test("without an identity provider the page shows an error and can try again", async ({ page, server, pageErrors }) => {
  await page.route("**/console/config.json", (route) => route.abort());
  await page.goto(`${server.url}/console/`);
  await expect(page.getByRole("alert")).toContainText("We couldn't sign you in.");
  await expectAccessible(page);

  await page.unroute("**/console/config.json");
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("button", { name: "Ada Admin" })).toBeVisible();
  pageErrors.length = 0; // The browser logged the failed requests.
});
