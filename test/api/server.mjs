// A server for tests and examples: the program that `make build` built, with the demo tenant, in a directory
// of its own, until it is stopped.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/autoclaim", import.meta.url));

export async function startServer(...flags) {
  const directory = await mkdtemp(path.join(tmpdir(), "autoclaim-"));
  const server = spawn(program, ["serve", "--dev", "--listen", "127.0.0.1:0", ...flags], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });

  let said = "";
  let logged = "";
  server.stderr.on("data", (text) => (logged += text));

  const url = await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${logged}`)));
    server.stdout.on("data", (text) => {
      said += text;
      const found = /Playground: (http:\/\/[^/\s]+)/.exec(said);
      if (found) resolve(found[1]);
    });
  });

  // Each token follows the line with its caller.
  const tokens = Object.fromEntries(
    [...said.matchAll(/^(demo-[a-z-]+) \(.*\)\n(\S+)/gm)].map(([, who, token]) => [who, token]),
  );

  return {
    url,
    tokens,
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      const status = await ended;
      await rm(directory, { recursive: true });
      if (status !== 0) throw new Error(`the server ended with ${status}: ${logged}`);
    },
  };
}

/** Sends an operation as one of the demo's callers and returns its data; errors throw. */
export async function send({ url, tokens }, who, query, variables = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokens[who]}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
