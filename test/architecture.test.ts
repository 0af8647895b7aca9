import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import routes from "#app/routes.ts";

/** What each part of the tree may import of the others. A part may always import itself. */
const MAY_IMPORT: Record<string, string[]> = {
  // Texts and their types. What the rules of the forum have to say is a message, and never words.
  "app/messages": [],
  "app/domain": ["app/messages"],
  "app/http.ts": ["app/domain", "app/messages"],
  "app/log.ts": ["app/domain"],
  // Needs Node's crypto, so it is no part of the pure domain.
  "app/elsewhere.server.ts": ["app/domain"],
  "app/db": ["app/domain", "app/messages"],
  "app/ui": ["app/domain", "app/messages", "app/paths.ts"],
  "app/paths.ts": ["app/domain"],
  "app/speculation.ts": ["app/public-pages.ts"],
  "app/stylesheet.server.ts": ["app/ui"],
  "app/public-pages.ts": ["app/request", "app/db", "app/domain", "app/http.ts", "app/paths.ts"],
  "app/request": [
    "app/public-pages.ts",
    "app/db",
    "app/domain",
    "app/http.ts",
    "app/log.ts",
    "app/messages",
    "app/paths.ts",
  ],
  "app/middleware": ["app/request", "app/db", "app/domain", "app/http.ts", "app/paths.ts"],
  "app/routes": [
    "app/ui",
    "app/request",
    "app/middleware",
    "app/db",
    "app/domain",
    "app/http.ts",
    "app/log.ts",
    "app/messages",
    "app/paths.ts",
    "app/public-pages.ts",
  ],
  // The document around every page, what renders it, and the list of addresses.
  "app/root.tsx": ["app/ui", "app/request", "app/middleware", "app/domain", "app/messages"],
  "app/entry.server.tsx": ["app/ui", "app/request", "app/log.ts", "app/messages", "app/stylesheet.server.ts"],
  "app/entry.client.tsx": ["app/ui", "app/messages"],
  "app/routes.ts": [],
  workers: [
    "app/elsewhere.server.ts",
    "app/speculation.ts",
    "app/stylesheet.server.ts",
    "app/public-pages.ts",
    "app/request",
    "app/db",
    "app/domain",
    "app/http.ts",
    "app/log.ts",
    "app/messages",
  ],
  scripts: ["app/elsewhere.server.ts", "app/db", "app/domain", "app/messages", "app/paths.ts"],
  local: ["scripts", "app/db", "app/domain"],
  // The benchmark runs the whole forum on this machine.
  bench: ["local", "scripts", "app/elsewhere.server.ts", "app/db", "app/domain", "app/paths.ts"],
};

/** The packages that the rules of the forum are written with: they compute, and reach nothing. */
const DOMAIN_PACKAGES = ["zod", "markdown-it", "markdown-it-emoji", "sanitize-html"];

const BANNED_FOLDERS = /(^|\/)(lib|libs|utils|util|helpers|services|hooks|types|common|shared)(\/|$)/;

const sources = globSync("{app,workers,scripts,local,bench,test}/**/*.{ts,tsx}")
  .map((file) => file.split(path.sep).join("/"))
  .sort();
const shipped = sources.filter((file) => !file.startsWith("test/") && !/\.test\.tsx?$/.test(file));

/** Where an import leads: a file of this tree, or the name of a package. */
function resolveImport(from: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(from), specifier) : specifier;
}

/** What a file imports, re-exports or loads later, by name. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*["']([^"']+)["']/gm);
  return [...found].map(([, specifier]) => resolveImport(file, specifier as string));
}

/** The longest part of the tree that holds a file. */
function partOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((part) => file === part || file.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Every import of what is shipped. */
const imports = shipped.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

/** Every import of what is shipped, as `from → to`, for which `isWrong` holds. */
function wrongImports(isWrong: (from: string, to: string) => boolean): string[] {
  return imports.filter(({ from, to }) => isWrong(from, to)).map(({ from, to }) => `${from} → ${to}`);
}

/** The package of what an import names: `markdown-it` of `markdown-it/lib/token.mjs`. */
const packageOf = (name: string) =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
const isOurs = (name: string) => /^(app|workers|scripts|local|bench|test)\//.test(name);
const isGenerated = (name: string) => /(^|\/)\+types\//.test(name);

test("the imports of this tree are seen", () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(importsOf("app/routes/threads/show.tsx")).toContain("app/db/threads.server.ts");
  expect(importsOf("workers/app.ts")).toContain("workers/env.ts");
});

test("every file belongs to a part of the tree with rules", () => {
  expect(shipped.filter((file) => partOf(file) === undefined)).toEqual([]);
});

test("imports run one way", () => {
  const wrong = wrongImports((from, to) => {
    if (!isOurs(to) || isGenerated(to)) return false;
    const [own = "", other = ""] = [partOf(from), partOf(to)];
    return own !== other && !MAY_IMPORT[own]?.includes(other);
  });
  expect(wrong).toEqual([]);
});

test("what may be imported is there, and is imported: no leave stands that nobody takes", () => {
  expect(Object.keys(MAY_IMPORT).filter((part) => !existsSync(part))).toEqual([]);
  const taken = new Set(imports.map(({ from, to }) => `${partOf(from)} → ${partOf(to)}`));
  const given = Object.entries(MAY_IMPORT).flatMap(([part, others]) => others.map((to) => `${part} → ${to}`));
  expect(given.filter((leave) => !taken.has(leave))).toEqual([]);
  const packages = imports
    .filter(({ from }) => from.startsWith("app/domain/"))
    .map(({ to }) => packageOf(to));
  expect(DOMAIN_PACKAGES.filter((name) => !packages.includes(name))).toEqual([]);
});

test("no route imports a route, and nobody else does", () => {
  const modules = new Set(routes.map(({ file }) => `app/${file}`));
  expect(modules.size).toBeGreaterThan(10);
  expect(wrongImports((_, to) => modules.has(to))).toEqual([]);
});

test("every address of this forum is made in one file", () => {
  const words = new Set(routes.flatMap(({ path = "*" }) => path.split("/").slice(0, 1)));
  words.delete("*");
  expect(words).toContain("sign-out");
  const ofOurs = new RegExp(`["'\`]/(?:${[...words].join("|")})(?=["'\`/?#])`);
  // The home page has no word of its own: it is an address where a link, a form or a redirect asks for one.
  const home = /\b(?:(?:to|href|action|path)=\{?|(?:redirect\w*|seeOther)\()["'`]\/["'`?#]/;
  const writers = shipped.filter((file) => {
    const text = readFileSync(file, "utf8");
    return file.startsWith("app/") && (ofOurs.test(text) || home.test(text));
  });
  // The patterns of the pages that everyone may see are written beside what each of them shows; addresses of pictures are read, too.
  expect(writers).toEqual([
    "app/domain/elsewhere.ts",
    "app/domain/picture.ts",
    "app/paths.ts",
    "app/public-pages.ts",
  ]);
});

test("nothing that is deployed imports local, scripts, bench or test", () => {
  const wrong = wrongImports(
    (from, to) => /^(app|workers)\//.test(from) && /^(local|scripts|bench|test)\//.test(to),
  );
  expect(wrong).toEqual([]);
});

test("only tests import test", () => {
  expect(wrongImports((_, to) => to.startsWith("test/"))).toEqual([]);
});

test("the rules of the forum need no runtime: pure packages, no clock, no chance, no network, no environment", () => {
  const domain = shipped.filter((file) => file.startsWith("app/domain/"));
  const foreign = domain.flatMap((file) =>
    importsOf(file)
      .filter((name) => !isOurs(name) && !DOMAIN_PACKAGES.includes(packageOf(name)))
      .map((name) => `${file} → ${name}`),
  );
  expect(foreign).toEqual([]);
  const impure =
    /\b(Date\.now\(|new Date\(\)|Math\.random\(|randomUUID|getRandomValues|fetch\(|process\.|console\.|setTimeout\()/;
  expect(domain.filter((file) => impure.test(readFileSync(file, "utf8")))).toEqual([]);
});

test("only workers/ reads the Worker's bindings and the environment", () => {
  const readers = shipped.filter(
    (file) =>
      file.startsWith("app/") &&
      (importsOf(file).includes("cloudflare:workers") ||
        /process\.env|import\.meta\.env/.test(readFileSync(file, "utf8"))),
  );
  expect(readers).toEqual([]);
});

test("one file writes to the log, and one walks through what caused an error", () => {
  // The command line and the local parts speak to whoever started them.
  const logging = shipped.filter(
    (file) => /^(app|workers)\//.test(file) && /\bconsole\./.test(readFileSync(file, "utf8")),
  );
  expect(logging).toEqual(["app/log.ts"]);
  const walking = shipped.filter((file) => /= cause\.cause\b/.test(readFileSync(file, "utf8")));
  expect(walking).toEqual(["app/domain/causes.ts"]);
});

test("one file writes values into the text of a statement; everywhere else they are parameters", () => {
  const writesText = /(?<!\bString)\.raw\(|\.unsafe\(|inlineParams|StringChunk|\bsql\[|fromList\(/i;
  const writers = shipped.filter((file) => writesText.test(readFileSync(file, "utf8")));
  expect(writers).toEqual(["app/db/statements.server.ts"]);
  // Called as a function, drizzle's tag takes any text for its own. (postgres-js has a use of it that is safe.)
  const callers = shipped.filter(
    (file) => /^(app|workers)\//.test(file) && /\bsql\(/.test(readFileSync(file, "utf8")),
  );
  expect(callers).toEqual([]);
});

test("what pages show comes from reads, which db:migrate knows, and nothing else asks the database but writes", () => {
  const having = (pattern: RegExp) => shipped.filter((file) => pattern.test(readFileSync(file, "utf8")));
  const defining = having(/\bdefineRead\(/).filter((file) => file !== "app/db/reads.server.ts");
  expect(defining.length).toBeGreaterThan(3);
  const known = importsOf("app/db/installed-reads.server.ts");
  expect(defining.filter((file) => !known.includes(file))).toEqual([]);
  const asking = having(/\.execute\b/).filter((file) => /^(app|workers)\//.test(file));
  expect(asking).toEqual([
    "app/db/client.server.ts",
    // Writes without an outcome: what was handled, who signed out.
    "app/db/events.server.ts",
    "app/db/installed-reads.server.ts",
    // What the sweep does: it looks at pictures, claims and forgets them.
    "app/db/pictures.server.ts",
    "app/db/plans.server.ts",
    "app/db/reads.server.ts",
    // Goes through every post, for an operator's command.
    "app/db/rendering.server.ts",
    "app/db/sessions.server.ts",
    // Reads whole tables, once a week.
    "app/db/verify.server.ts",
    "app/db/write.server.ts",
    "workers/gateway/health.ts",
  ]);
  // One each in those two: a second one may be a read.
  for (const file of ["app/db/events.server.ts", "app/db/sessions.server.ts"])
    expect(readFileSync(file, "utf8").match(/\.execute\b/g), file).toHaveLength(1);
  expect(readFileSync("app/db/pictures.server.ts", "utf8").match(/\.execute\b/g)).toHaveLength(3);
});

test("rows are marked as everyone's by the public queries alone, so that no others get into a snapshot", () => {
  const markers = shipped.filter((file) =>
    /\bforEveryone\b|\bas (unknown as )?Public\b/.test(readFileSync(file, "utf8")),
  );
  expect(markers).toEqual([
    "app/db/members.server.ts",
    "app/db/public.server.ts",
    "app/db/threads.server.ts",
  ]);
});

test("what SECURITY.md says of HTML, addresses of e-mail and requests of our own is so in every file", () => {
  const deployed = shipped.filter((file) => /^(app|workers)\//.test(file));
  const having = (pattern: RegExp) => deployed.filter((file) => pattern.test(readFileSync(file, "utf8")));
  expect(having(/dangerouslySetInnerHTML|innerHTML|srcDoc/)).toEqual(["app/ui/body.tsx"]);
  // The table, what Clerk says, and the statements that store it.
  expect(having(/\bemail\b(?! address)/)).toEqual([
    "app/db/identity.server.ts",
    "app/db/schema.server.ts",
    "app/domain/clerk-event.ts",
  ]);
  // Pictures of other hosts, and the two doors of our own that the gateway asks. Clerk's library asks Clerk.
  expect(having(/(\.|await |return |[=(,:>] )fetch\(/)).toEqual([
    "workers/elsewhere/elsewhere.ts",
    "workers/elsewhere/fetch-picture.ts",
    "workers/gateway/elsewhere.ts",
    "workers/snapshots/edge.ts",
  ]);
});

test("what runs on the server alone says so in its name", () => {
  const unnamed = shipped.filter(
    (file) => /^app\/(db|request|middleware)\//.test(file) && !/\.server\.ts$/.test(file),
  );
  expect(unnamed).toEqual([]);
});

test("a browser never gets the database or the middleware by way of a component", () => {
  expect(wrongImports((from, to) => from.startsWith("app/ui/") && to.includes(".server."))).toEqual([]);
});

test("no drawers: no folder for things without a place, no barrels", () => {
  expect(sources.filter((file) => BANNED_FOLDERS.test(path.posix.dirname(file)))).toEqual([]);
  expect(sources.filter((file) => /(^|\/)index\.tsx?$/.test(file))).toEqual([]);
});

test("every import of a file of this tree names it whole, and it is there", () => {
  const wrong = sources.flatMap((from) =>
    importsOf(from)
      .map((to) => to.replace(/\?.*$/, ""))
      .filter((to) => isOurs(to) && !isGenerated(to) && !existsSync(to))
      .map((to) => `${from} → ${to}`),
  );
  expect(wrong).toEqual([]);
});

test("across folders imports go by #name, within one by ./", () => {
  const wrong = sources.flatMap((from) => {
    const text = readFileSync(from, "utf8");
    const climbing = text.matchAll(/(?:from|import)\s*\(?\s*["'](\.\.\/\.\.\/[^"']+)["']/g);
    return [...climbing].map(([, to]) => `${from} → ${to}`);
  });
  expect(wrong).toEqual([]);
});

test("a migration that was written down is never changed by a rename: the journal names every file", () => {
  const journal = JSON.parse(readFileSync("drizzle/meta/_journal.json", "utf8"));
  const named = journal.entries.map(({ tag }: { tag: string }) => `drizzle/${tag}.sql`);
  expect(globSync("drizzle/*.sql").sort()).toEqual(named);
});
