// The procedures for policies, done as an admin does them: with visible labels only.
import { expect, makePolicy, readPolicy, test, showsResult, turnOn } from "./fixtures.mjs";

const dialog = (page) => page.getByRole("dialog");
const products = (page) => page.getByRole("list", { name: "Products in order" }).getByRole("listitem");

/** Opens the details pane from the list. */
async function openPolicy(page, open) {
  await open("/policies");
  await page.getByRole("link", { name: "Teams for everybody" }).click();
  await expect(dialog(page).getByRole("textbox", { name: "Policy name" })).toHaveValue("Teams for everybody");
}

async function save(page) {
  const button = dialog(page).getByRole("button", { name: "Save", exact: true });
  await button.click();
  await expect(button).toBeDisabled(); // Everything is saved.
  await showsResult(page, "was saved.");
}

test("1 turn auto-claim on", async ({ page, server, open }) => {
  await open("/policies");
  await expect(page.getByRole("link", { name: "Add a policy" })).toHaveCount(0);

  await page.getByRole("button", { name: "Turn on setting" }).click();

  await showsResult(page, "Auto-claim is turned on.");
  await expect(page.getByRole("link", { name: "Add a policy" })).toBeVisible();
  expect(await server.admin("{ settings { autoClaimEnabled } }")).toEqual({ settings: { autoClaimEnabled: true } });
});

test("3 create a policy with backup products and app choices", async ({ page, server, open }) => {
  await turnOn(server);
  await open("/policies");
  await page.getByRole("link", { name: "Add a policy" }).click();

  await page.getByRole("textbox", { name: "Policy name" }).fill("Teams for sales");
  await page.getByRole("button", { name: "Next" }).click();

  await expect(page.getByRole("heading", { name: "Choose app and products" })).toBeFocused();
  await page.getByRole("combobox", { name: "App" }).selectOption("Microsoft Teams");
  await page.getByRole("combobox", { name: "Product" }).click();
  await page.getByRole("option", { name: /^Microsoft 365 E3/ }).click();
  await page.getByRole("button", { name: "Add a backup product" }).click();
  await page.getByRole("combobox", { name: "Backup product" }).pressSequentially("office");
  await page.getByRole("option", { name: /^Office 365 E3/ }).click();
  await expect(products(page)).toContainText([
    /Primary.*Microsoft 365 E3.*5 licenses/,
    /Backup 1.*Office 365 E3.*3 licenses/,
  ]);
  await page.getByRole("button", { name: "Next" }).click();

  await expect(page.getByRole("checkbox", { name: /Microsoft Teams Always on/ })).toBeDisabled();
  await page.getByRole("combobox", { name: "Apps and services of" }).selectOption("Office 365 E3");
  await page.getByRole("checkbox", { name: "Sway" }).uncheck();
  await page.getByRole("button", { name: "Next" }).click();

  await expect(page.getByRole("group", { name: "Apps and services" })).toContainText("Off: Sway");
  await page.getByRole("button", { name: "Create policy" }).click();

  await showsResult(page, "Teams for sales was created.");
  const row = page.getByRole("row", { name: /Teams for sales/ });
  await expect(row).toContainText("1 backup product");
  await expect(row.getByRole("cell").nth(2)).toHaveText("8");
  const { policies } = await server.admin("{ policies { nodes { id } } }");
  expect(await readPolicy(server, policies.nodes[0].id)).toMatchObject({
    name: "Teams for sales",
    enabled: true,
    products: ["Microsoft 365 E3", "Office 365 E3"],
    off: [[], ["Sway"]],
  });
});

test("4 turn a policy off and on", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await openPolicy(page, open);

  await dialog(page).getByRole("switch", { name: "Policy status" }).uncheck();
  await save(page);
  expect((await readPolicy(server, id)).enabled).toBe(false);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(
    page
      .getByRole("row", { name: /Teams for everybody/ })
      .getByRole("cell")
      .last(),
  ).toHaveText("Off");

  await page.getByRole("link", { name: "Teams for everybody" }).click();
  await dialog(page).getByRole("switch", { name: "Policy status" }).check();
  await save(page);
  expect((await readPolicy(server, id)).enabled).toBe(true);
});

test("5 rename it", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await openPolicy(page, open);

  await dialog(page).getByRole("textbox", { name: "Policy name" }).fill("  ");
  await expect(dialog(page).getByText("Enter a name.")).toBeVisible();
  await dialog(page).getByRole("textbox", { name: "Policy name" }).fill("Teams for all");
  await save(page);

  expect((await readPolicy(server, id)).name).toBe("Teams for all");
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("link", { name: "Teams for all" })).toBeVisible();
});

test("6 add a backup product", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await openPolicy(page, open);

  await dialog(page).getByRole("button", { name: "Add a backup product" }).click();
  await dialog(page).getByRole("combobox", { name: "Backup product" }).click();
  await page.getByRole("option", { name: /^Office 365 E3/ }).click();
  await expect(products(page)).toHaveCount(3);
  // There is no other product that includes Teams.
  await expect(dialog(page).getByRole("button", { name: "Add a backup product" })).toHaveCount(0);
  await save(page);

  expect((await readPolicy(server, id)).products).toEqual([
    "Microsoft 365 Business Basic",
    "Microsoft 365 E3",
    "Office 365 E3",
  ]);
});

test("7 remove a product; removing the last one is refused", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await openPolicy(page, open);

  await dialog(page).getByRole("button", { name: "Remove Microsoft 365 Business Basic" }).click();
  await expect(products(page)).toContainText([/Primary.*Microsoft 365 E3/]);
  await dialog(page).getByRole("button", { name: "Remove Microsoft 365 E3" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("turn the policy off instead");
  await expect(products(page)).toHaveCount(1);
  await save(page);

  expect((await readPolicy(server, id)).products).toEqual(["Microsoft 365 E3"]);
});

test("8 change the apps and services of one product and of all products", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await openPolicy(page, open);
  const which = dialog(page).getByRole("combobox", { name: "Apps and services of" });

  await which.selectOption("Microsoft 365 E3");
  await dialog(page).getByRole("checkbox", { name: "Sway" }).uncheck();
  await which.selectOption("All products");
  await expect(dialog(page).getByRole("checkbox", { name: "Sway Only with Microsoft 365 Business Basic" })).toBeChecked(
    { indeterminate: true },
  );
  await save(page);
  expect((await readPolicy(server, id)).off).toEqual([[], ["Sway"]]);

  await dialog(page).getByRole("checkbox", { name: /^Sway/ }).click();
  await dialog(page).getByRole("checkbox", { name: /^Sway/ }).uncheck();
  await save(page);
  expect((await readPolicy(server, id)).off).toEqual([["Sway"], ["Sway"]]);
});

test("9 change the order", async ({ page, server, open }) => {
  const { id } = await makePolicy(server, ({ basic, e3, office }) => [basic, e3, office]);
  await openPolicy(page, open);

  // With the keyboard.
  const up = dialog(page).getByRole("button", { name: "Move Office 365 E3 up" });
  await up.focus();
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByText("Office 365 E3 is now number 2 of 3.")).toBeAttached();
  await expect(up).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(products(page)).toContainText([/Office 365 E3/, /Microsoft 365 Business Basic/, /Microsoft 365 E3/]);

  // And by dragging.
  await dialog(page)
    .getByTitle("Drag Microsoft 365 E3 to another position")
    .dragTo(products(page).first(), { targetPosition: { x: 60, y: 4 } });
  await expect(products(page)).toContainText([/Microsoft 365 E3/, /Office 365 E3/, /Microsoft 365 Business Basic/]);
  await save(page);

  expect((await readPolicy(server, id)).products).toEqual([
    "Microsoft 365 E3",
    "Office 365 E3",
    "Microsoft 365 Business Basic",
  ]);
});
