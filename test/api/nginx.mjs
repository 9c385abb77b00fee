// Runs nginx in front of a server, with the configuration that is documented in deploy/nginx.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { freePort } from "./ports.mjs";
import { startServer } from "./server.mjs";

const documented = fileURLToPath(new URL("../../deploy/nginx/autoclaim.conf", import.meta.url));

/** Replaces texts of a configuration. Each of them must be there. */
function replaced(text, replacements) {
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`${documented} has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Makes a certificate for this machine, which is valid for two days. */
const makeCertificate = (key, certificate) =>
  promisify(execFile)("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1".split(" "),
    ..."-addext subjectAltName=IP:127.0.0.1".split(" "),
    ...["-keyout", key, "-out", certificate],
  ]);

/** The configuration that Debian has in /etc/nginx/nginx.conf. Here it uses no files but those in the directory. */
const main = (directory) => `
daemon off;
${process.getuid() === 0 ? "user root;" : ""}
worker_processes 1;
pid ${directory}/pid;
error_log stderr;
events {
  worker_connections 256;
}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  include ${directory}/autoclaim.conf;
}
`;

async function untilListening(port, process) {
  for (let tries = 0; ; tries++) {
    const connected = await new Promise((resolve) => {
      const connection = connect(port, "127.0.0.1");
      connection.once("connect", () => resolve(true));
      connection.once("error", () => resolve(false));
      connection.once("close", () => connection.destroy());
      connection.once("connect", () => connection.end());
    });
    if (connected) return;
    if (process.exitCode !== null || tries > 300) throw new Error("nginx did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Starts a server with the demo tenant behind nginx, which passes its prefix on, or strips it. Returns what startServer
 * does, and the URL that nginx serves without TLS.
 */
export async function startBehindNginx({ stripsPrefix }, ...flags) {
  const directory = await mkdtemp(path.join(tmpdir(), "autoclaim-nginx-"));
  const [port, plainPort] = [await freePort(), await freePort()];
  const server = await startServer(
    ...["--public-url", `https://127.0.0.1:${port}/autoclaim`, "--trusted-proxies", "127.0.0.1", ...flags],
  );

  const [key, certificate] = [path.join(directory, "key.pem"), path.join(directory, "certificate.pem")];
  await makeCertificate(key, certificate);
  await writeFile(path.join(directory, "nginx.conf"), main(directory));
  await writeFile(
    path.join(directory, "autoclaim.conf"),
    replaced(await readFile(documented, "utf8"), [
      ["server 127.0.0.1:8080;", `server ${server.address};`],
      ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2; listen 127.0.0.2:${port} ssl http2;`],
      ["listen [::]:443 ssl http2;", ""], // Not every machine has IPv6.
      ["listen 80;", `listen 127.0.0.1:${plainPort};`],
      ["listen [::]:80;", ""],
      ["/etc/ssl/example.com.pem", certificate],
      ["/etc/ssl/example.com.key", key],
      ["server_name example.com;", "server_name 127.0.0.1;"],
      ...(stripsPrefix ? [["proxy_pass http://autoclaim;", "proxy_pass http://autoclaim/;"]] : []),
    ]),
  );

  const nginx = spawn("nginx", ["-p", directory, "-c", path.join(directory, "nginx.conf"), "-e", "stderr"], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  nginx.stderr.on("data", (text) => (errors += text));
  const ended = new Promise((resolve, reject) => {
    nginx.once("exit", resolve);
    nginx.once("error", reject);
  });
  await Promise.race([
    untilListening(port, nginx).catch((error) => {
      throw new Error(`${error.message}: ${errors}`);
    }),
    ended.then((status) => {
      throw new Error(`nginx ended with ${status}: ${errors}`);
    }),
  ]);

  return {
    ...server,
    plainUrl: `http://127.0.0.1:${plainPort}`,
    async stop() {
      nginx.kill("SIGTERM");
      await ended;
      await server.stop();
      await rm(directory, { recursive: true });
    },
  };
}
