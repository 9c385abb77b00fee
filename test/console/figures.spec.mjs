// The size of the console's scripts, the time until it is usable, and the rendering of long lists. Prints what it measures.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { startServer } from "../api/server.mjs";
import { expect, test as base, turnOn } from "./fixtures.mjs";

const run = promisify(execFile);
const program = new URL("../../bin/autoclaim", import.meta.url).pathname;
const policies = 300;
const manyProducts = 500;

const id = (kind, n) => `${kind}0000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** A catalog in which every product includes Teams, and the first products also include an app of their own. */
function bigCatalog() {
  const lines = [
    "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names",
  ];
  for (let n = 0; n < manyProducts; n++) {
    const product = `Product ${n},PRODUCT_${n},${id("aaaa", n)}`;
    lines.push(`${product},TEAMS1,57ff2da0-773e-42df-b2af-ffb7a2317929,Microsoft Teams`);
    if (n < policies) lines.push(`${product},APP_${n},${id("bbbb", n)},App ${n}`);
  }
  return lines.join("\n");
}

const test = base.extend({
  server: [
    async ({}, use) => {
      const directory = await mkdtemp(path.join(tmpdir(), "autoclaim-figures-"));
      const database = `sqlite:${path.join(directory, "figures.db")}`;
      const autoclaim = (...args) => run(program, [...args, "--database-url", database]);
      await writeFile(path.join(directory, "catalog.csv"), bigCatalog());
      await autoclaim("migrate");
      await autoclaim("import", "catalog", path.join(directory, "catalog.csv"));
      await autoclaim("app", "claimable", "TEAMS1", ...Array.from({ length: policies - 1 }, (_, n) => `APP_${n}`));

      const server = await startServer("--rate-limit", "0", "--database-url", database);
      await use({ ...server, admin: (query, variables) => sendAsAdmin(server, query, variables) });
      await server.stop();
      await rm(directory, { recursive: true });
    },
    { timeout: 120_000 },
  ],
});

async function sendAsAdmin({ url, tokens }, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokens["demo-admin"]}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function everyPage(server, field, selection, args = "") {
  const nodes = [];
  for (let after = null; ;) {
    const data = await server.admin(
      `query ($after: String) { ${field}(first: 100, after: $after${args}) { nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    nodes.push(...data[field].nodes);
    if (!data[field].pageInfo.hasNextPage) return nodes;
    after = data[field].pageInfo.endCursor;
  }
}

/** Adds a subscription for every product and a policy for every app. */
async function fill(server) {
  await turnOn(server);
  const products = await everyPage(server, "products", "id code");
  for (const { id: productId } of products) {
    await server.admin(
      "mutation ($input: CreateSubscriptionInput!) { createSubscription(input: $input) { userErrors { message } } }",
      {
        input: { productId, quantity: 10 },
      },
    );
  }
  const apps = await everyPage(server, "apps", "id code name", ", claimable: true");
  const byCode = Object.fromEntries(products.map((product) => [product.code, product.id]));
  for (const { id: appId, code, name } of apps) {
    if (code === "TEAMS1") continue;
    const { createPolicy } = await server.admin(
      "mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { userErrors { message } } }",
      {
        input: { name: `Policy for ${name}`, appId, products: [{ productId: byCode[code.replace("APP", "PRODUCT")] }] },
      },
    );
    expect(createPolicy.userErrors).toEqual([]);
  }
}

test("the first view needs less than 250 kB of compressed scripts and is usable quickly", async ({
  page,
  server,
  open,
}) => {
  const button = page.getByRole("button", { name: "Turn on setting" });
  await open("/policies");
  await expect(button).toBeVisible();

  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.endsWith(".js"))
      .map(({ name, encodedBodySize }) => ({ name: name.replace(/.*\//, ""), size: encodedBodySize })),
  );
  const size = scripts.reduce((sum, script) => sum + script.size, 0);

  // A reload signs in again with a redirect to the provider and back. Only the browser's cache makes it faster.
  // The page checks in each frame, because Playwright's own checks pause for up to half a second.
  await page.addInitScript(() => {
    const look = () => {
      const found = [...document.querySelectorAll("button")].find(
        ({ textContent }) => textContent === "Turn on setting",
      );
      const { x, y, width, height } = found?.getBoundingClientRect() ?? {};
      if (found?.contains(document.elementFromPoint(x + width / 2, y + height / 2))) window.usableAt = Date.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

  const times = [];
  for (let i = 0; i < 5; i++) {
    const began = Date.now();
    await page.goto(`${server.url}/console/policies`, { waitUntil: "commit" });
    await button.click({ trial: true }); // Waits until it is visible, stable and clickable.
    times.push((await page.evaluate(() => window.usableAt)) - began);
  }
  times.sort((a, b) => a - b);

  console.log(
    `first view: ${(size / 1000).toFixed(1)} kB of script in ${scripts.length} files; usable after ${times.join(", ")} ms`,
  );
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(250_000);
  // An idle machine takes less than a second; this one may be running other tests.
  expect(times[0]).toBeLessThan(3000);
});

test("lists of hundreds of policies and products render only their visible rows", async ({ page, server, open }) => {
  test.setTimeout(120_000);
  await fill(server);

  await open("/policies");
  const table = page.getByRole("table", { name: "Auto-claim policies" });
  await expect(table).toHaveAttribute("aria-rowcount", String(policies));
  await expect(table.getByRole("rowheader").first()).toHaveText("Policy for App 0");

  const frames = await scroll(page, table);
  await expect(table.getByRole("row", { name: "Policy for App 298" })).toBeVisible();
  expect(await table.getByRole("row").count()).toBeLessThan(60);
  console.log(`${policies - 1} policies scrolled: ${frames}`);

  // The tenant owns all products.
  await open("/products");
  const owned = page.getByRole("table", { name: "Products" });
  await expect(owned).toHaveAttribute("aria-rowcount", String(manyProducts + 1)); // One is the header.
  console.log(`${manyProducts} products scrolled: ${await scroll(page, owned)}`);
  await expect(owned.getByRole("rowheader", { name: /^Product 499/ })).toBeVisible();
  expect(await owned.getByRole("row").count()).toBeLessThan(60);
  await open("/policies");

  // The address keeps the search and the sort order.
  await page.getByRole("searchbox", { name: "Search by name, app or product" }).fill("app 29");
  await expect(page.getByRole("status").filter({ hasText: "of 299" })).toHaveText("12 policies of 299");
  await page.getByRole("button", { name: "Name" }).click();
  await expect(table.getByRole("rowheader").first()).toHaveText("Policy for App 298");
  await expect(page).toHaveURL(/\?q=app\+29&sort=-name$/);
  await page.reload();
  await expect(table.getByRole("rowheader").first()).toHaveText("Policy for App 298");

  // Typing part of a name finds one product among many.
  await page.getByRole("link", { name: "Add a policy" }).click();
  await page.getByRole("textbox", { name: "Policy name" }).fill("Teams");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("combobox", { name: "App" }).selectOption("Microsoft Teams");
  const product = page.getByRole("combobox", { name: "Product" });
  await product.click();
  await expect(page.getByRole("listbox").getByRole("option")).toHaveCount(51); // The first 50, and a hint that there are more.
  await product.pressSequentially("t 499");
  await page.getByRole("option", { name: /^Product 499/ }).click();
  await expect(page.getByRole("list", { name: "Products in order" })).toContainText("Product 499");
});

/** Scrolls a table from top to bottom and returns the times between frames. */
async function scroll(page, table) {
  return table.evaluate(async (element) => {
    const scroller = element.parentElement;
    const steps = 60;
    const gaps = [];
    let last = performance.now();
    for (let i = 1; i <= steps; i++) {
      scroller.scrollTop = ((scroller.scrollHeight - scroller.clientHeight) * i) / steps;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    gaps.sort((a, b) => a - b);
    const at = (share) => gaps[Math.floor(share * (gaps.length - 1))].toFixed(0);
    return `a frame each ${at(0.5)} ms (median), ${at(0.95)} ms (95th percentile), ${at(1)} ms at most`;
  });
}
