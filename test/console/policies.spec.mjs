// Policies beyond the procedures: conflicts between admins, refusals by the server, and unsaved changes.
import {
  catalog,
  expect,
  expectAccessible,
  makePolicy,
  readPolicy,
  test,
  showsResult,
  takeTeamsOutOfE3,
  turnOn,
} from "./fixtures.mjs";

const pane = (page) => page.getByRole("dialog", { name: "Teams for everybody" });
const products = (page) => page.getByRole("list", { name: "Products in order" }).getByRole("listitem");
const changes = (page) => page.getByRole("dialog", { name: "Another admin changed this policy" });

/** As another admin, turns the policy off, turns Sway off in its first product and adds Office 365 E3. */
async function changeAsOtherAdmin(server, { id, basic, e3, office }) {
  const { products: found } = await server.admin(
    `{ products(filter: { text: "${basic.name}" }) { nodes { id apps { id name } } } }`,
  );
  const sway = found.nodes[0].apps.find(({ name }) => name === "Sway");
  const list = [{ productId: basic.id, appsOff: [sway.id] }, { productId: e3.id }, { productId: office.id }];
  await server.admin(
    "mutation ($input: UpdatePolicyInput!) { updatePolicy(input: $input) { userErrors { message } } }",
    {
      input: { policyId: id, enabled: false, products: list },
    },
  );
}

async function editInConflict(page, server, open) {
  const made = await makePolicy(server);
  await open(`/policies/${made.id}`);
  await page.getByRole("textbox", { name: "Policy name" }).fill("Mine");
  await page.getByRole("button", { name: "Move Microsoft 365 E3 up" }).click();
  await changeAsOtherAdmin(server, made);
  await page.getByRole("button", { name: "Save" }).click();

  await expect(changes(page).getByRole("listitem")).toContainText([
    /Policy status.*Before.*On.*Now.*Off/,
    /Products.*You changed this too.*Now.*3\. Office 365 E3.*Yours.*1\. Microsoft 365 E3/s,
    /Apps of Microsoft 365 Business Basic.*All on.*Off: Sway/,
  ]);
  return made;
}

test("an admin whose save conflicts sees the other admin's changes and can keep their own", async ({
  page,
  server,
  open,
}) => {
  const { id } = await editInConflict(page, server, open);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expectAccessible(page);
  await page.screenshot({ path: "results/screens/conflict.png" });

  await changes(page).getByRole("button", { name: "Keep mine and save" }).click();
  await showsResult(page, "Mine was saved.");
  expect(await readPolicy(server, id)).toMatchObject({
    name: "Mine",
    enabled: false,
    products: ["Microsoft 365 E3", "Microsoft 365 Business Basic"],
    off: [[], ["Sway"]],
  });
});

test("an admin whose save conflicts can take the other admin's changes", async ({ page, server, open }) => {
  await editInConflict(page, server, open);
  await changes(page).getByRole("button", { name: "Take theirs" }).click();

  await expect(page.getByRole("textbox", { name: "Policy name" })).toHaveValue("Teams for everybody");
  await expect(products(page)).toHaveCount(3);
  await expect(page.getByRole("switch", { name: "Policy status" })).not.toBeChecked();
  await expect(page.getByRole("button", { name: "Discard changes" })).toBeDisabled();
});

test("a product that no longer includes the policy's app is marked and counts nothing", async ({
  page,
  server,
  open,
}) => {
  const { id } = await makePolicy(server);
  const availableIn = async () => {
    const { policy } = await server.admin("query ($id: ID!) { policy(id: $id) { availableLicenses } }", { id });
    return String(policy.availableLicenses);
  };
  const before = await availableIn();
  await takeTeamsOutOfE3(server);
  const after = await availableIn();
  expect(after).not.toBe(before);

  await open("/policies");
  const row = page.getByRole("row", { name: /Teams for everybody/ });
  await expect(row).toContainText("1 product no longer includes the app");
  await expect(row).toContainText(after);
  await expectAccessible(page);

  await page.getByRole("link", { name: "Teams for everybody" }).click();
  const e3 = products(page).filter({ hasText: "Microsoft 365 E3" });
  await expect(e3).toContainText("No longer includes Microsoft Teams");
  await expect(e3).not.toContainText("available");
  await expect(pane(page).locator("dl")).toContainText(`Available licenses${after}`);
  await expectAccessible(page);
});

test("a refusal by the server appears at the field that it is about", async ({ page, server, open }) => {
  await turnOn(server);
  const { app, basic } = await catalog(server);
  await open("/policies/new");
  await page.getByRole("textbox", { name: "Policy name" }).fill("Sales");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("combobox", { name: "App" }).selectOption("Microsoft Teams");
  await page.getByRole("combobox", { name: "Product" }).click();
  await page.getByRole("option", { name: /^Microsoft 365 E3/ }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("button", { name: "Create policy" })).toBeVisible();

  // Another admin creates a policy for the same app first.
  await server.admin(
    "mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { userErrors { message } } }",
    {
      input: { name: "SALES", appId: app, products: [{ productId: basic.id }] },
    },
  );
  await page.getByRole("button", { name: "Create policy" }).click();

  await expect(page).toHaveURL(/\/new\/products$/);
  await expect(page.getByRole("combobox", { name: "App" })).toHaveAccessibleDescription(
    /The policy "SALES" already covers Microsoft Teams/,
  );
  await expect(products(page)).toContainText([/Microsoft 365 E3/]);
});

test("the wizard can be left and resumed, and each step has an address", async ({ page, server, open }) => {
  await turnOn(server);
  await open("/policies/new");
  await page.getByRole("textbox", { name: "Policy name" }).fill("Half done");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("combobox", { name: "App" }).selectOption("Microsoft Teams");
  await page.getByRole("link", { name: "Leave for now" }).click();
  await expect(page).toHaveURL(/\/policies$/);

  await page.reload();
  await page.getByRole("link", { name: "Add a policy" }).click();
  await expect(page).toHaveURL(/\/new\/products$/);
  await expect(page.getByText("Continue where you left off")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "App" })).toHaveValue(/^app_/);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Auto-claim policies" })).toBeVisible();
  await page.goForward();

  // A step cannot be opened before the steps before it are complete.
  await page.goto(`${server.url}/console/policies/new/review`);
  await expect(page).toHaveURL(/\/new\/products$/);
  await page.getByRole("button", { name: "Start over" }).click();
  await expect(page.getByRole("textbox", { name: "Policy name" })).toHaveValue("");
});

test("'Add a backup product' appears only while there is another product to add", async ({ page, server, open }) => {
  await turnOn(server);
  await open("/policies/new");
  await page.getByRole("textbox", { name: "Policy name" }).fill("All");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("combobox", { name: "App" }).selectOption("Microsoft Teams");
  const add = page.getByRole("button", { name: "Add a backup product" });
  await expect(add).toHaveCount(0);
  await page.getByRole("combobox", { name: "Product" }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  for (const count of [2, 3]) {
    await add.click();
    await page.getByRole("combobox", { name: "Backup product" }).click();
    await page.getByRole("listbox").getByRole("option").first().click();
    await expect(products(page)).toHaveCount(count);
  }
  await expect(add).toHaveCount(0);
});

test("the console asks before it discards unsaved changes", async ({ page, server, open }) => {
  await makePolicy(server);
  await open("/policies");
  await page.getByRole("link", { name: "Teams for everybody" }).click();
  await page.getByRole("textbox", { name: "Policy name" }).fill("Unsaved");

  await page.goBack();
  const question = page.getByRole("alertdialog", { name: "Discard your changes?" });
  await question.getByRole("button", { name: "Keep editing" }).click();
  await expect(page.getByRole("textbox", { name: "Policy name" })).toHaveValue("Unsaved");

  await pane(page).getByRole("button", { name: "Close" }).click();
  await question.getByRole("button", { name: "Discard changes" }).click();
  await expect(page).toHaveURL(/\/policies$/);
});

test("a deleted policy disappears from the list", async ({ page, server, open }) => {
  const { id } = await makePolicy(server);
  await open(`/policies/${id}`);
  await page.getByRole("button", { name: "Delete policy" }).click();
  await page
    .getByRole("alertdialog", { name: "Delete Teams for everybody?" })
    .getByRole("button", { name: "Delete policy" })
    .click();
  await showsResult(page, "Teams for everybody was deleted.");
  await expect(page.getByRole("heading", { name: "No policies yet" })).toBeVisible();
});

test("the available licenses update live as users claim", async ({ page, server, open }) => {
  await makePolicy(server);
  await open("/policies");
  const left = page
    .getByRole("row", { name: /Teams for everybody/ })
    .getByRole("cell")
    .nth(2);
  await expect(left).toHaveText("7");

  for (let i = 0; i < 7; i++) {
    await server.signIn(
      'mutation ($user: String!) { claimLicense(input: { app: "TEAMS1", user: $user }) { outcome } }',
      { user: `user-${i}` },
    );
    if (i === 0) await expect(left).toHaveText("6", { timeout: 1500 });
  }
  await expect(left).toHaveText("None left", { timeout: 1500 });
});
