import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const OWN = "import { crypto } from '../polyfills.js'";
const OURS = `import { crypto } from ${JSON.stringify(fileURLToPath(import.meta.resolve("#app/db/postgres-crypto.server.ts")))}`;

/**
 * Gives postgres-js, as it is built for Workers, a `crypto` that remembers keys (docs/decisions/0017-connections.md).
 * Throws where that build is another than this was written for.
 */
export function rememberScramKeys(): Plugin {
  return {
    name: "remember-scram-keys",
    enforce: "pre",
    transform(code, id) {
      if (!/\/postgres\/cf\/src\/connection\.js(\?|$)/.test(id)) return;
      if (code.split(OWN).length !== 2) throw new Error(`${id} takes its crypto from elsewhere than it did`);
      return { code: code.replace(OWN, OURS), map: null };
    },
  };
}
