// Tests that the schema stays compatible with clients.
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { buildSchema, findBreakingChanges } from "graphql";

const root = new URL("../../", import.meta.url);
const read = (file) => readFile(new URL(file, root), "utf8");

// released.graphqls is the schema of the last release. It changes only with a release. A field that clients use must be
// @deprecated in one release before it can be removed.
test("the schema has no breaking changes since the last release", async () => {
  const released = await read("test/api/released.graphqls");
  const breaking = (schema) => findBreakingChanges(buildSchema(released), buildSchema(schema)).map((change) => change.description);

  expect(breaking(await read("schema.graphqls"))).toEqual([]);
  expect(breaking(released.replace("\n  displayName: String!\n", "\n  displayName: String\n"))).not.toEqual([]);
  expect(breaking(released.replace(/\n  "[^"]*"\n  ALREADY_REMOVED\n/, "\n"))).not.toEqual([]);
});

test("a Relay client compiles: nodes, pages in both directions, and store updates", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "relay-"));
  try {
    await cp(new URL("relay/", import.meta.url), directory, { recursive: true });
    await copyFile(new URL("schema.graphqls", root), path.join(directory, "schema.graphql"));
    await mkdir(path.join(directory, "artifacts"));

    const compiler = fileURLToPath(new URL("node_modules/.bin/relay-compiler", root));
    await promisify(execFile)(compiler, ["relay.config.json"], { cwd: directory });

    expect(await readdir(path.join(directory, "artifacts"))).toEqual(
      expect.arrayContaining(["consolePolicyAgain.graphql.ts", "consoleLicensesPage.graphql.ts", "consoleCreateMutation.graphql.ts"]),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});
