// The procedures for settings, reports, users, products and licenses.
import { claim, expect, makePolicy, test, showsResult, turnOn } from "./fixtures.mjs";

const pane = (page) => page.getByRole("dialog").first();
const dialog = (page) => page.getByRole("dialog").last();
const totals = (page) => page.getByLabel("Totals");
const claims = (page) => page.getByRole("table", { name: "Claims, newest first" });

/** Reads a user's licenses through the API. */
async function licensesOf({ admin }, user) {
  const { users } = await admin(
    "query ($user: String) { users(text: $user) { nodes { blockedAt licenses(active: true) { nodes { source product { name } appsOff { name } } } } } }",
    { user },
  );
  const [{ blockedAt, licenses }] = users.nodes;
  return {
    blocked: blockedAt !== null,
    licenses: licenses.nodes.map(({ source, product, appsOff }) => [
      product.name,
      source,
      ...appsOff.map(({ name }) => name),
    ]),
  };
}

const poolOf = async ({ admin }, name) => {
  const { products } = await admin(
    "query ($name: String) { products(filter: { text: $name }) { nodes { name pool { total assigned available } } } }",
    { name },
  );
  return products.nodes.find((product) => product.name === name).pool;
};

test("2 turn auto-claim off", async ({ page, server, open }) => {
  await turnOn(server);
  await open("/settings");

  const auto = page.getByRole("switch", { name: "Auto-claim" });
  await expect(auto).toBeChecked();
  await auto.click();
  await page
    .getByRole("alertdialog", { name: "Turn auto-claim off?" })
    .getByRole("button", { name: "Turn off" })
    .click();

  await showsResult(page, "Auto-claim is turned off.");
  await expect(auto).not.toBeChecked();
  expect(await server.admin("{ settings { autoClaimEnabled } }")).toEqual({ settings: { autoClaimEnabled: false } });

  await page.getByRole("link", { name: "View change history" }).click();
  await expect(
    page
      .getByRole("table", { name: "Changes" })
      .getByRole("row", { name: /Auto-claim turned on or off Settings demo-admin/ }),
  ).toHaveCount(2);
});

test("10 view the report and change its period", async ({ page, server, open }) => {
  await makePolicy(server);
  for (const user of ["ann", "bob", "cleo"]) await claim(server, user); // The first product has two licenses.
  await open("/report");

  await expect(page.getByRole("combobox", { name: "Period" })).toHaveValue("90");
  await expect(totals(page)).toContainText(/Licenses claimed3Users turned away0/);
  await expect(page.getByRole("img", { name: /^Claims per day by product: 3 claims in 91 days/ })).toBeVisible();
  await expect(claims(page).getByRole("rowheader")).toHaveText(["cleo", "bob", "ann"]);
  await expect(claims(page).getByRole("row", { name: /cleo/ })).toContainText(
    /Microsoft 365 E3.*Backup 1.*Teams for everybody.*Assigned/,
  );

  await page.getByRole("combobox", { name: "Period" }).selectOption("Past 7 days");
  await expect(page.getByRole("img", { name: /3 claims in 8 days/ })).toBeVisible();
  await expect(page).toHaveURL(/\?period=7$/);

  await page.getByRole("button", { name: "Show as table" }).click();
  const days = page.getByRole("table", { name: "Claims per day by product" });
  await expect(days.getByRole("columnheader")).toHaveText([
    "Day",
    "Microsoft 365 Business Basic",
    "Microsoft 365 E3",
    "Total",
  ]);
  await expect(days.getByRole("row")).toHaveCount(9);
  await expect(days.getByRole("row").nth(1).getByRole("cell")).toHaveText(["2", "1", "3"]);
});

test("11 see who claimed under which policy", async ({ page, server, open }) => {
  const { id } = await makePolicy(server, ({ basic }) => [basic]);
  await claim(server, "ann");
  await server.admin("mutation ($id: ID!) { deletePolicy(input: { policyId: $id }) { userErrors { code } } }", { id });
  await makePolicy(server, ({ basic }) => [basic]);
  await claim(server, "bob");
  expect(await claim(server, "late")).toBe("OUT_OF_LICENSES");
  await open("/report");

  await expect(claims(page).getByRole("row", { name: /ann/ })).toContainText("Teams for everybody (deleted)");
  await page.getByRole("combobox", { name: "Policy" }).selectOption("Teams for everybody");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["bob"]);
  await expect(totals(page)).toContainText(/Licenses claimed1Users turned away1/);

  await page.getByRole("tab", { name: /Turned away/ }).click();
  await expect(page.getByRole("row", { name: /late.*Teams for everybody/ })).toBeVisible();

  await page.getByRole("combobox", { name: "Policy" }).selectOption("All policies");
  await page.getByRole("tab", { name: /Claims/ }).click();
  await page.getByRole("searchbox", { name: "Search by user" }).fill("AN");
  await expect(claims(page).getByRole("rowheader")).toHaveText(["ann"]);
  await page.getByRole("link", { name: "ann" }).click();
  await expect(pane(page).getByRole("list", { name: "Licenses" }).getByRole("listitem")).toContainText([
    /Microsoft 365 Business Basic.*Claimed under Teams for everybody \(deleted\)/,
  ]);
});

test("12 assign and remove licenses by hand", async ({ page, server, open }) => {
  await makePolicy(server);
  await claim(server, "ann");
  await open("/users");
  await page.getByRole("searchbox", { name: "Search by name, email or ID" }).fill("ann");
  await expect(page).toHaveURL(/\?q=ann$/);
  await page.getByRole("link", { name: "ann" }).click();
  const licenses = pane(page).getByRole("list", { name: "Licenses", exact: true }).getByRole("listitem");
  await expect(licenses).toContainText([/Microsoft 365 Business Basic.*Claimed under/]);

  await pane(page).getByRole("button", { name: "Assign a license" }).click();
  await dialog(page).getByRole("button", { name: "Assign" }).click();
  await expect(dialog(page).getByRole("combobox", { name: "Product" })).toHaveAccessibleDescription(
    "Choose a product from the list.",
  );
  await dialog(page).getByRole("combobox", { name: "Product" }).click();
  await page.getByRole("option", { name: /Microsoft 365 Business Basic/ }).click();
  await dialog(page).getByRole("button", { name: "Assign" }).click();
  await expect(dialog(page).getByRole("combobox", { name: "Product" })).toHaveAccessibleDescription(
    /already holds a license of this product/,
  );

  await dialog(page).getByRole("combobox", { name: "Product" }).click();
  await dialog(page).getByRole("combobox", { name: "Product" }).fill("office");
  await page.getByRole("option", { name: /^Office 365 E3/ }).click();
  await dialog(page).getByRole("checkbox", { name: "Sway" }).uncheck();
  await dialog(page).getByRole("button", { name: "Assign" }).click();
  await showsResult(page, "Office 365 E3 was assigned to ann.");
  await expect(licenses).toContainText([
    /Office 365 E3.*Assigned by an admin.*Turned off: Sway/,
    /Microsoft 365 Business Basic/,
  ]);
  expect(await licensesOf(server, "ann")).toEqual({
    blocked: false,
    licenses: [
      ["Office 365 E3", "DIRECT", "Sway"],
      ["Microsoft 365 Business Basic", "AUTO_CLAIM"],
    ],
  });

  for (const [product, block] of [
    ["Microsoft 365 Business Basic", false],
    ["Office 365 E3", true],
  ]) {
    await pane(page)
      .getByRole("button", { name: `Remove ${product}` })
      .click();
    const question = page.getByRole("alertdialog", { name: `Remove ${product}?` });
    if (block) await question.getByRole("checkbox", { name: /Also block the user from auto-claim/ }).check();
    await question.getByRole("button", { name: "Remove" }).click();
    await showsResult(page, `${product} was removed from ann.`);
  }
  await expect(pane(page).getByText("This user has no licenses.")).toBeVisible();
  expect(await licensesOf(server, "ann")).toEqual({ blocked: true, licenses: [] });
  expect(await claim(server, "ann")).toBe("BLOCKED");

  await pane(page).getByRole("button", { name: "Unblock" }).click();
  await showsResult(page, "ann can auto-claim again.");
  expect(await claim(server, "ann")).toBe("CLAIMED");
  await expect(licenses).toContainText([/Microsoft 365 Business Basic/]);
});

test("12 add a user who never signed in, and assign them a license", async ({ page, server, open }) => {
  await makePolicy(server);
  await open("/users");

  await page.getByRole("button", { name: "New user" }).click();
  const userId = dialog(page).getByRole("textbox", { name: "User ID" });
  await dialog(page).getByRole("button", { name: "Add" }).click();
  await expect(userId).toHaveAccessibleDescription(/Enter the user's ID\./);
  await userId.fill("new@example.com");
  await dialog(page).getByRole("textbox", { name: "Name" }).fill("Nora New");
  await dialog(page).getByRole("button", { name: "Add" }).click();
  await showsResult(page, "Nora New was added.");
  await expect(pane(page).getByRole("heading", { name: "Nora New" })).toBeVisible();
  await pane(page).getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "New user" }).click();
  await userId.fill("new@example.com");
  await dialog(page).getByRole("button", { name: "Add" }).click();
  await expect(userId).toHaveAccessibleDescription(/has a user with the external id/);
  await dialog(page).getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Assign a license" }).click();
  await userId.fill("unknown@example.com");
  await dialog(page).getByRole("combobox", { name: "Product" }).click();
  await page.getByRole("option", { name: /Microsoft 365 Business Basic/ }).click();
  await dialog(page).getByRole("button", { name: "Assign" }).click();
  await showsResult(page, "Microsoft 365 Business Basic was assigned to unknown@example.com.");
  await expect(pane(page).getByRole("list", { name: "Licenses", exact: true }).getByRole("listitem")).toContainText([
    /Microsoft 365 Business Basic.*Assigned by an admin/,
  ]);
  expect(await claim(server, "unknown@example.com")).toBe("ALREADY_LICENSED");
});

test("13 change subscription quantities", async ({ page, server, open }) => {
  await makePolicy(server);
  for (const user of ["ann", "bob"]) await claim(server, user);
  await open("/products");
  const basic = page.getByRole("row", { name: /Microsoft 365 Business Basic/ });
  await expect(basic).toContainText("2 of 2");
  await page.getByRole("link", { name: "Microsoft 365 Business Basic" }).click();

  await pane(page)
    .getByRole("button", { name: /^Change / })
    .click();
  const quantity = dialog(page).getByRole("textbox", { name: "Quantity" });
  await expect(quantity).toHaveValue("2");
  await quantity.fill("1");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(quantity).toHaveAccessibleDescription(/Remove 1 first/);
  await quantity.fill("12");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await showsResult(page, "The subscription was saved.");
  await expect(pane(page).getByRole("meter")).toHaveAttribute("aria-valuetext", "2 of 12");
  expect(await poolOf(server, "Microsoft 365 Business Basic")).toEqual({ total: 12, assigned: 2, available: 10 });

  // The subscription lapses. Users keep their licenses.
  await pane(page)
    .getByRole("button", { name: /^Change / })
    .click();
  await dialog(page).getByRole("radio", { name: "Suspended" }).check();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(pane(page).getByText("2 more licenses are in use than you own.")).toBeVisible();
  expect(await poolOf(server, "Microsoft 365 Business Basic")).toEqual({ total: 0, assigned: 2, available: 0 });
  await pane(page).getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.getByRole("button", { name: "Add a subscription" }).click();
  await dialog(page).getByRole("combobox", { name: "Product" }).pressSequentially("visio");
  await page.getByRole("option", { name: /^Visio Plan 2/ }).click();
  await quantity.fill("5");
  await dialog(page).getByRole("button", { name: "Add subscription" }).click();
  await showsResult(page, "Added 5 licenses for Visio Plan 2.");
  await expect(page.getByRole("row", { name: /Visio Plan 2/ })).toContainText("0 of 15");
  await page.getByRole("tab", { name: "Subscriptions" }).click();
  await page.getByRole("combobox", { name: "Status" }).selectOption("Suspended");
  await expect(page.getByRole("table", { name: "Subscriptions, newest first" }).getByRole("rowheader")).toHaveText([
    "Microsoft 365 Business Basic",
  ]);
});
