import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `make console` runs this; the program embeds what is built.
export default defineConfig({
  base: "/console/",
  plugins: [react()],
  // Each answer gets a nonce of its own in this one's place. The page's script reads it from the meta element
  // that is made of it, for the styles that it adds.
  html: { cspNonce: "CSP_NONCE" },
  build: {
    outDir: "../internal/web/console/dist",
    emptyOutDir: false, // Its .gitignore stays; make clears the rest.
    target: "es2022",
    // A data: address would need leave in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
});
