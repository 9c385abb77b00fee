// A PostgreSQL server that runs as long as the tests, and databases in it.
import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { freePort } from "../api/ports.mjs";

const run = promisify(execFile);
const user = "autoclaim_test";

/** Returns the directory of the server's programs. On Debian they are not in the PATH. */
async function programs() {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  if (versions.length > 0) return path.join(root, versions.sort((a, b) => Number(a) - Number(b)).at(-1), "bin");
  const { stdout } = await run("sh", ["-c", 'dirname "$(readlink -f "$(command -v initdb)")"']);
  return stdout.trim();
}

/** Returns the user to run PostgreSQL as. It refuses to run as root. */
async function postgresUser() {
  if (process.getuid() !== 0) return {};
  const id = async (flag) => Number((await run("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

/** Starts the server if one of the chosen projects needs it, and returns a function that stops it. */
export default async function start(config) {
  if (!config.projects.some(({ name }) => name === "postgresql")) return undefined;

  const bin = await programs();
  const as = await postgresUser();
  const directory = await mkdtemp(path.join(tmpdir(), "autoclaim-pg-"));
  if (as.uid) await chown(directory, as.uid, as.gid);
  const data = path.join(directory, "data");
  await run(
    path.join(bin, "initdb"),
    ["-D", data, "-U", user, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
    as,
  );

  const port = await freePort();
  const server = spawn(
    path.join(bin, "postgres"),
    ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    { ...as, stdio: "ignore" },
  );
  const ended = new Promise((resolve) => server.once("exit", resolve));

  process.env.TEST_POSTGRESQL = JSON.stringify({ bin, port });
  for (let tries = 0; ; tries++) {
    try {
      await run(path.join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port), "-U", user]);
      break;
    } catch (error) {
      if (tries > 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  return async () => {
    server.kill("SIGINT"); // Fast shutdown: it closes its sessions.
    await ended;
    await rm(directory, { recursive: true });
  };
}

let made = 0;

/** Creates an empty database and returns its URL. */
export async function makeDatabase() {
  const { bin, port } = JSON.parse(process.env.TEST_POSTGRESQL);
  const name = `test_${process.pid}_${++made}`;
  await run(path.join(bin, "createdb"), ["-h", "127.0.0.1", "-p", String(port), "-U", user, name]);
  return `postgres://${user}@127.0.0.1:${port}/${name}?sslmode=disable`;
}
