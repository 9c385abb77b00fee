import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The program embeds what is built. `npm run dev` serves the sources instead, before a server that `make run`
// started; CONSOLE_SERVER names another one.
const server = process.env.CONSOLE_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  // Each answer gets a nonce of its own in this one's place. The page's script reads it from the meta element
  // that is made of it, for the styles that it adds.
  html: { cspNonce: "CSP_NONCE" },
  build: {
    outDir: "../internal/console/dist",
    emptyOutDir: false, // Its .gitignore stays; make clears the rest.
    target: "es2022",
    // A data: address would need leave in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: Object.fromEntries(
      ["/graphql", "/reports", "/playground", "/console/config.json", "/oidc"].map((path) => [path, server]),
    ),
  },
});
