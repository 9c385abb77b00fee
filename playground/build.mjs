// Builds the playground into the directory that the server embeds. All files are included, so the playground works
// offline and with a Content-Security-Policy that allows no other origins.
import { copyFile, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const out = at("../internal/web/playground/dist");

for (const file of await readdir(out)) {
  if (file !== ".gitignore") await rm(path.join(out, file), { recursive: true });
}

const common = {
  bundle: true,
  minify: true,
  legalComments: "linked",
  outdir: out,
  target: "es2022",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".ttf": "file", ".graphql": "text" },
};

await build({ ...common, entryPoints: { playground: at("src/main.tsx") }, format: "esm", splitting: true, jsx: "automatic" });
await build({
  ...common,
  entryPoints: {
    "worker-editor": "monaco-editor/esm/vs/editor/editor.worker.js",
    "worker-json": "monaco-editor/esm/vs/language/json/json.worker.js",
    "worker-graphql": "monaco-graphql/esm/graphql.worker.js",
  },
  format: "iife",
  absWorkingDir: at("."),
});
await copyFile(at("src/index.html"), path.join(out, "index.html"));
