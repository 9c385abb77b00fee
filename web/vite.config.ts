import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { devServer } from "./devServer.ts";

// `make console` runs this build, and the server program embeds its output. The built files refer to each other by relative
// URLs, because a proxy may serve the console at any path. The server replaces "./ in the page by the console's path.
export default defineConfig(({ command }) => ({
  base: command === "build" ? "./" : "/console/",
  plugins: [react(), devServer(process.env.AUTOCLAIM_URL ?? "http://127.0.0.1:8080")],
  // The server replaces this nonce in each response. The page's script reads it from a meta element and adds it to
  // the style elements that it creates.
  html: { cspNonce: "CSP_NONCE" },
  build: {
    outDir: "../internal/web/console/dist",
    emptyOutDir: false, // Its .gitignore stays; make deletes the rest.
    target: "es2022",
    // The Content-Security-Policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  test: { include: ["src/**/*.test.ts"] },
}));
