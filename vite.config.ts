import { cloudflare } from "@cloudflare/vite-plugin";
import { reactRouter } from "@react-router/dev/vite";
import { defineConfig } from "vite";
import { encodeForScriptsAlone, rememberScramKeys } from "./patches.config.ts";

export default defineConfig({
  plugins: [
    rememberScramKeys(),
    encodeForScriptsAlone(),
    cloudflare({ viteEnvironment: { name: "ssr" } }),
    reactRouter(),
  ],
  build: { assetsInlineLimit: 0 },
  // Else the dev server finds these at the first visit, and reloads the page in the middle of it.
  optimizeDeps: { include: ["@clerk/react-router", "react-dom/client", "react-router/dom"] },
});
