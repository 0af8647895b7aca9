import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const CRYPTO = fileURLToPath(import.meta.resolve("#app/db/postgres-crypto.server.ts"));

/**
 * Gives postgres-js, as it is built for Workers, a `crypto` that remembers keys (docs/decisions/0016-reads-as-functions.md).
 * Throws where that build is another than this was written for.
 */
export function rememberScramKeys(): Plugin {
  return patch("remember-scram-keys", {
    file: /\/postgres\/cf\/src\/connection\.js(\?|$)/,
    from: "import { crypto } from '../polyfills.js'",
    to: `import { crypto } from ${JSON.stringify(CRYPTO)}`,
    times: 1,
  });
}

/**
 * Has React Router encode what loaders answered only where a page has scripts that read it: not for a build that says
 * `isScriptless` (workers/page.ts, docs/decisions/0017-rendering.md). Throws where its server is another than this was written for.
 */
export function encodeForScriptsAlone(): Plugin {
  return patch("encode-for-scripts-alone", {
    file: /\/react-router\/dist\/\w+\/lib\/server-runtime\/server\.js(\?|$)/,
    from: "serverHandoffStream: encodeViaTurboStream(",
    to: "serverHandoffStream: build.isScriptless ? void 0 : encodeViaTurboStream(",
    times: 2,
  });
}

type Patch = { file: RegExp; from: string; to: string; times: number };

/** Puts another text in the place of one that stands so many times in a file of a package. */
function patch(name: string, { file, from, to, times }: Patch): Plugin {
  return {
    name,
    enforce: "pre",
    transform(code, id) {
      if (!file.test(id)) return;
      if (code.split(from).length !== times + 1) throw new Error(`${id} has not ${times} times: ${from}`);
      return { code: code.replaceAll(from, to), map: null };
    },
  };
}
