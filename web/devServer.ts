import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Plugin } from "vite";

const forwarded = ["/graphql", "/reports"];
// The development provider registers and returns addresses of its own server only.
const translated = ["/oidc", "/console/config.json"];

/**
 * Lets `npm run dev` use a running Autoclaim server, such as one of `make run`. The API is forwarded as it is. In
 * requests to the sign-in and in its replies, the addresses of the two servers are exchanged, so that the sign-in
 * comes back to the page of the development server.
 */
export function devServer(target: string): Plugin {
  return {
    name: "autoclaim-dev-server",
    apply: "serve",
    config: () => ({
      server: {
        host: "127.0.0.1", // The provider compares addresses as texts: localhost would be another one.
        proxy: Object.fromEntries(
          forwarded.map((path) => [path, { target, changeOrigin: true, ws: true, headers: { origin: target } }]),
        ),
      },
    }),
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (!translated.some((path) => request.url?.startsWith(path))) return next();
        translate(target, request, response).catch(next);
      });
    },
  };
}

async function translate(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const own = `http://${request.headers.host}`;
  const toTarget = (text: string) => replaceAddress(text, own, target);
  const toOwn = (text: string) => replaceAddress(text, target, own);

  const headers = new Headers({ origin: target });
  for (const name of ["accept", "authorization", "content-type", "cookie"] as const) {
    const value = request.headers[name];
    if (value) headers.set(name, value);
  }
  const body = await buffer(request);
  const reply = await fetch(target + toTarget(request.url ?? ""), {
    method: request.method,
    headers,
    body: body.length > 0 ? toTarget(body.toString()) : undefined,
    redirect: "manual",
  });

  response.statusCode = reply.status;
  for (const [name, value] of reply.headers) {
    if (!["content-encoding", "content-length", "set-cookie", "transfer-encoding"].includes(name)) {
      response.setHeader(name, toOwn(value));
    }
  }
  response.setHeader("set-cookie", reply.headers.getSetCookie());
  response.end(toOwn(await reply.text()));
}

/** Replaces an address in a text, also where it is encoded as a part of another address. */
function replaceAddress(text: string, from: string, to: string): string {
  return text.replaceAll(from, to).replaceAll(encodeURIComponent(from), encodeURIComponent(to));
}
