// Runs the example clients against a server.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";

import { startServer } from "./server.mjs";

const example = (name) => fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url));
const run = promisify(execFile);

async function runExample(directory, program, args, environment, ...flags) {
  const server = await startServer(...flags);
  try {
    const { stdout } = await run(program, args, {
      cwd: directory,
      env: {
        ...process.env,
        ...environment,
        AUTOCLAIM_URL: server.url,
        ADMIN_TOKEN: server.tokens["demo-admin"],
        SIGN_IN_TOKEN: server.tokens["demo-sign-in"],
      },
    });
    expect(stdout).toMatch(/: CLAIMED\. /);
    expect(stdout).toMatch(/Claims in the past day: [1-9]/);
  } finally {
    await server.stop();
  }
}

test("the TypeScript client turns auto-claim on, claims licenses, and reads the report", () =>
  runExample(example("typescript"), "npm", ["run", "--silent", "start"], {}));

test("the TypeScript client works with a server that accepts only trusted documents", () =>
  runExample(
    example("typescript"),
    "npm",
    ["run", "--silent", "start"],
    { TRUSTED: "1" },
    "--trusted-documents",
    `${example("typescript")}src/gql/persisted-documents.json`,
  ));

test("the Go client turns auto-claim on, claims licenses, and reads the report", () => {
  test.setTimeout(180_000); // It is compiled first.
  return runExample(example("go"), "go", ["run", "."], {});
});
