// Starts servers for the tests: the binary that `make build` creates, with the demo tenant, each in a separate temporary
// directory.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/autoclaim", import.meta.url));

/**
 * Starts a server and returns its URL, the address that it listens on, the tokens of the demo callers, its directory, which
 * has its SQLite file unless the flags name another database, and functions that return its log and stop it.
 */
export async function startServer(...flags) {
  const directory = await mkdtemp(path.join(tmpdir(), "autoclaim-"));
  const server = spawn(program, ["serve", "--dev", "--listen", "127.0.0.1:0", ...flags], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });

  let output = "";
  let log = "";

  const [url, address] = await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    const lookForAddresses = () => {
      const playground = /Playground: (\S+)\/playground\//.exec(output);
      const listener = /msg=serving address=(\S+)/.exec(log);
      if (playground && listener) resolve([playground[1], listener[1]]);
    };
    server.stderr.on("data", (text) => {
      log += text;
      lookForAddresses();
    });
    server.stdout.on("data", (text) => {
      output += text;
      lookForAddresses();
    });
  });

  // Each token is on the line after its caller.
  const tokens = Object.fromEntries(
    [...output.matchAll(/^(demo-[a-z-]+) \(.*\)\n(\S+)/gm)].map(([, caller, token]) => [caller, token]),
  );

  return {
    url,
    address,
    tokens,
    directory,
    log: () => log,
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      const status = await ended;
      await rm(directory, { recursive: true });
      if (status !== 0) throw new Error(`the server ended with ${status}: ${log}`);
    },
  };
}

/** Sends an operation as one of the demo callers. Returns its data, or throws its errors. */
export async function send({ url, tokens }, caller, query, variables = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokens[caller]}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
