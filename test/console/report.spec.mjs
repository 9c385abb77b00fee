// The report and its neighbors beyond the procedures: live updates, addresses, the CSV file, and load.
import { readFile } from "node:fs/promises";

import { claim, expect, makePolicy, test } from "./fixtures.mjs";

const claims = (page) => page.getByRole("table", { name: "Claims, newest first" });
const totals = (page) => page.getByLabel("Totals");

test("a claim appears in the open report within a second", async ({ page, server, open }) => {
  await makePolicy(server);
  await claim(server, "ann");
  await open("/report");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["ann"]);

  const began = Date.now();
  await claim(server, "bob");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["bob", "ann"]);
  const took = Date.now() - began;
  console.log(`the claim appeared ${took} ms after it was sent`);
  expect(took).toBeLessThan(1000);
  await expect(totals(page)).toContainText("Licenses claimed2");

  // Live claims that the search does not match stay hidden.
  await page.getByRole("searchbox", { name: "Search by user" }).fill("ann");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["ann"]);
  await claim(server, "joanna");
  await claim(server, "cleo");
  await expect(totals(page)).toContainText("Licenses claimed4");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["joanna", "ann"]);
});

test("while many users sign in and two admins work, the counts equal those of the database", async ({
  page,
  server,
  open,
  browser,
}) => {
  const { e3, basic } = await makePolicy(server);
  const buy = (productId, quantity) =>
    server.admin(
      "mutation ($input: CreateSubscriptionInput!) { createSubscription(input: $input) { userErrors { message } } }",
      { input: { productId, quantity } },
    );
  await buy(basic.id, 120);
  await open("/report");
  const other = await (await browser.newContext()).newPage();
  await open("/products", "Ada Admin", other);
  await expect(other.getByRole("row", { name: /Microsoft 365 Business Basic/ })).toContainText("0 of 122");

  const storm = Array.from({ length: 150 }, (_, i) => `user-${i}`);
  const queue = [...storm, ...storm.slice(0, 50)]; // Some sign in twice.
  const callers = Array.from({ length: 8 }, async () => {
    for (let user; (user = queue.pop());) await claim(server, user);
  });
  // Meanwhile one admin changes a subscription, and the other changes the report's period.
  await other.getByRole("link", { name: "Microsoft 365 E3" }).click();
  await other
    .getByRole("dialog")
    .getByRole("button", { name: /^Change / })
    .click();
  await other.getByRole("dialog").last().getByRole("textbox", { name: "Quantity" }).fill("20");
  await other.getByRole("dialog").last().getByRole("button", { name: "Save" }).click();
  const began = Date.now();
  await page.getByRole("combobox", { name: "Period" }).selectOption("Past 7 days");
  await expect(page.getByRole("img", { name: /in 8 days/ })).toBeVisible();
  console.log(`under load, another period was shown after ${Date.now() - began} ms`);
  await Promise.all(callers);

  const { claimReport, products } = await server.admin(
    "{ claimReport(period: PAST_7_DAYS) { totalClaims missedClaims { totalCount } } products(filter: { owned: true }) { nodes { name pool { total assigned } } } }",
  );
  // The number of claims depends on when the subscription grew, but all counts must agree.
  expect(claimReport.totalClaims).toBe(products.nodes.reduce((sum, { pool }) => sum + pool.assigned, 0));
  expect(claimReport.totalClaims).toBeGreaterThanOrEqual(122 + 5);
  const figures = `Licenses claimed${claimReport.totalClaims}Users turned away${claimReport.missedClaims.totalCount}`;
  await expect(totals(page)).toContainText(figures, { timeout: 20_000 });
  await expect(page.getByRole("img", { name: new RegExp(`: ${claimReport.totalClaims} claims`) })).toBeVisible();
  const rows = claims(page);
  await expect.poll(async () => Number(await rows.getAttribute("aria-rowcount"))).toBe(claimReport.totalClaims + 1);

  await other.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  for (const { name, pool } of products.nodes) {
    await expect(other.getByRole("row", { name: new RegExp(name) })).toContainText(`${pool.assigned} of ${pool.total}`);
  }
  expect(products.nodes.find(({ name }) => name === e3.name).pool.total).toBe(20);
  await other.context().close();
});

test("the CSV file has the rows that match the search", async ({ page, server, open }) => {
  await makePolicy(server);
  for (const user of ["ann", "bob", "joanna"]) await claim(server, user);
  await open("/report?period=30&q=ann");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["joanna", "ann"]);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^autoclaim-claims-.+-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await file.path(), "utf8");
  expect(text.startsWith('\uFEFF"claimed_at"')).toBe(true);
  const lines = text.trim().split("\n");
  expect(lines.map((line) => line.split(",")[1])).toEqual(['"user_external_id"', '"joanna"', '"ann"']);
});

test("the tab of users who were turned away downloads its own rows", async ({ page, server, open }) => {
  await makePolicy(server, ({ basic }) => [basic]);
  for (const user of ["ann", "bob", "00123", "joanna"]) await claim(server, user);
  await open("/report?list=missed");
  await expect(page.getByRole("table", { name: "Users turned away, newest first" }).getByRole("rowheader")).toHaveText([
    "joanna",
    "00123",
  ]);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^autoclaim-turned-away-.+\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
  expect(lines.map((line) => line.split(",")[1])).toEqual(['"user_external_id"', '"joanna"', '"=""00123"""']);
  expect(lines[1]).toContain('"OUT_OF_LICENSES"');
});

test("an admin sets the time zone, and days and times follow it", async ({ page, server, open }) => {
  await makePolicy(server);
  await claim(server, "ann");
  await open("/settings");
  await expect(page.getByText("Times are in UTC.")).toBeVisible();

  const zone = page.getByRole("combobox", { name: "Time zone" });
  await zone.fill("Mars/Olympus");
  await page.getByRole("button", { name: "Use Mars/Olympus" }).click();
  await expect(page.getByText("This is no time zone.")).toBeVisible();

  await zone.click();
  await zone.fill("kiritim");
  await page.getByRole("option", { name: "Pacific/Kiritimati" }).click();
  await page.getByRole("button", { name: "Use Pacific/Kiritimati" }).click();
  await expect(page.getByText("Times are in Pacific/Kiritimati.")).toBeVisible();

  await page.getByRole("link", { name: "Report" }).click();
  await expect(page.getByText("Days are in Pacific/Kiritimati.")).toBeVisible();
  const { claimReport } = await server.admin("{ claimReport { lastDay claims { nodes { claimedAt } } } }");
  const there = (at) =>
    new Date(at).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short", timeZone: "Pacific/Kiritimati" });
  await expect(claims(page)).toContainText(there(claimReport.claims.nodes[0].claimedAt));
  expect(new Date(claimReport.lastDay).toLocaleDateString("en-US", { dateStyle: "medium", timeZone: "UTC" })).toBe(
    there(Date.now()).split(", ").slice(0, 2).join(", "),
  );
});

test("each state has an address, and the browser's back button restores the state before", async ({
  page,
  server,
  open,
}) => {
  await makePolicy(server);
  await claim(server, "ann");
  await open("/report?period=7&list=missed");
  await expect(page.getByRole("heading", { name: "No users turned away" })).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Period" })).toHaveValue("7");

  await page.getByRole("link", { name: "Users" }).click();
  await page.getByRole("searchbox", { name: "Search by name, email or ID" }).fill("ann");
  await expect(page).toHaveURL(/\/users\?q=ann$/);
  await page.getByRole("link", { name: "ann" }).click();
  await expect(page).toHaveURL(/\/users\/user_\w+\?q=ann$/);
  await page.reload();
  await expect(page.getByRole("list", { name: "Licenses" })).toContainText("Microsoft 365 Business Basic");

  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("searchbox", { name: "Search by name, email or ID" })).toHaveValue("ann");
  await page.goBack();
  await expect(page.getByRole("tab", { name: /Turned away/ })).toHaveAttribute("aria-selected", "true");
});

test("a reports reader sees the report and nothing else", async ({ page, server, open }) => {
  await makePolicy(server);
  await claim(server, "ann");
  await open("/", "Rob Reports");
  await expect(page).toHaveURL(/\/report$/);
  await expect(claims(page).getByRole("rowheader")).toHaveText(["ann"]);
  await expect(page.getByRole("link", { name: "ann" })).toHaveCount(0);
  await expect(page.getByRole("navigation").getByRole("link")).toHaveText(["Report"]);
});

test("a global reader cannot change licenses, subscriptions or settings", async ({ page, server, open }) => {
  await makePolicy(server);
  await claim(server, "ann");
  await open("/settings", "Rita Reader");
  await expect(page.getByRole("switch", { name: "Auto-claim" })).toBeDisabled();

  await page.getByRole("link", { name: "Products and licenses" }).click();
  await page.getByRole("link", { name: "Visio Plan 2" }).click();
  await expect(page.getByRole("list", { name: "Subscriptions" })).toContainText("10");
  await expect(page.getByRole("button", { name: /Add|Change/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("link", { name: "Users" }).click();
  await page.getByRole("link", { name: "ann" }).click();
  await expect(page.getByRole("list", { name: "Licenses" })).toContainText("Microsoft 365 Business Basic");
  await expect(page.getByRole("button", { name: /Assign|Remove|Block/ })).toHaveCount(0);
});

test("ten thousand claims scroll smoothly", async ({ page, server, open }) => {
  // The pages come from this test, because creating this many claims would take long. Other tests cover the server's.
  const all = 10_000;
  const size = 500;
  await makePolicy(server);
  await claim(server, "user-0");
  const { claimReport } = await server.admin(
    "{ claimReport { claims { nodes { id claimedAt position stillHeld user { id displayName email externalId } policy { id name deletedAt } product { id name } } } } }",
  );
  const [one] = claimReport.claims.nodes;
  let pages = 0;
  await page.route("**/graphql", async (route) => {
    const { query, variables } = route.request().postDataJSON();
    if (!query.includes("query ReportClaims")) return route.fallback();
    const from = Number(variables.after ?? 0);
    const nodes = Array.from({ length: size }, (_, i) => ({
      ...one,
      __typename: "Claim",
      id: `claim_${from + i}`,
      user: { ...one.user, id: `user_${from + i}`, externalId: `user-${from + i}` },
    }));
    pages++;
    const next = from + size;
    return route.fulfill({
      json: {
        data: { claimReport: { claims: { nodes, pageInfo: { hasNextPage: next < all, endCursor: String(next) } } } },
      },
    });
  });
  await open("/report");
  await expect(claims(page).getByRole("rowheader", { name: "user-0" })).toBeVisible();

  const frames = await claims(page).evaluate(async (table, wanted) => {
    const scroller = table.parentElement;
    const gaps = [];
    for (let last = performance.now(); Number(table.getAttribute("aria-rowcount")) <= wanted;) {
      scroller.scrollTop += 1500;
      await new Promise(requestAnimationFrame);
      gaps.push(performance.now() - last);
      last = performance.now();
    }
    scroller.scrollTop = scroller.scrollHeight;
    gaps.sort((a, b) => a - b);
    const at = (share) => gaps[Math.floor(share * (gaps.length - 1))];
    return { median: at(0.5), p95: at(0.95), most: at(1), rows: table.querySelectorAll('[role="row"]').length };
  }, all);
  console.log(
    `${all} claims scrolled: a frame each ${frames.median.toFixed(0)} ms (median), ${frames.p95.toFixed(0)} ms (95th percentile), ${frames.most.toFixed(0)} ms at most`,
  );
  await expect(claims(page).getByRole("rowheader", { name: `user-${all - 1}` })).toBeVisible();
  expect(pages).toBeGreaterThanOrEqual(all / size);
  expect(frames.rows).toBeLessThan(80);
  expect(frames.median).toBeLessThan(100);
});
