import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject, onTestFinished, test } from "vitest";
import { createTestDatabase } from "#test/database.ts";
import { connect } from "./connection.ts";
import { makeTopic, writeExport } from "./discourse/fixture.ts";

type Ran = { code: number | null; output: string; errors: string };

type Setting = { env?: Record<string, string>; script?: string; localUrl?: string };

/** Runs the operator's command in a folder whose own forum, if it has one, is at `localUrl`. */
async function forum(
  args: string[],
  { env = {}, script = "forum.ts", localUrl }: Setting = {},
): Promise<Ran> {
  const cwd = await mkdtemp(path.join(tmpdir(), "edgewise-forum-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  if (localUrl) {
    await mkdir(path.join(cwd, ".local"));
    await writeFile(path.join(cwd, ".local", "database-url"), `${localUrl}\n`);
  }
  const program = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  const ran: Ran = { code: null, output: "", errors: "" };
  child.stdout.on("data", (chunk) => (ran.output += chunk));
  child.stderr.on("data", (chunk) => (ran.errors += chunk));
  ran.code = await new Promise((resolve) => child.once("close", resolve));
  return ran;
}

async function freshUrl(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  return url;
}

test("an import tells what it did and left out, and verifies", async () => {
  const { file, remove } = await writeExport([makeTopic({ id: 1 }), "{"], { gzip: true });
  onTestFinished(remove);
  const env = { DATABASE_URL: await freshUrl(), PICTURES_KEY: "k".repeat(32) };
  const first = await forum(["import", "discourse", file, "--category", "7=Support"], { env });
  expect(first).toMatchObject({
    code: 0,
    errors: expect.stringMatching(/^On 127\.0\.0\.1:.*\(DATABASE_URL\)\.\n/),
  });
  expect(first.output.split("\n")).toEqual([
    "Imported from forum.example.org: 1 thread, 0 replies, 0 votes, 1 person, 1 category.",
    "  Lines that are no topics left out: 1 (line 2 is no JSON)",
    "Verified: every counter and number is right.",
    "",
  ]);
  const second = await forum(["import", "discourse", file], { env });
  expect(second.output).toContain("Already there: 1 thread.\n");
});

test("generate fills an empty forum, says how much, and leaves a forum with content alone unless told so", async () => {
  const env = { DATABASE_URL: await freshUrl() };
  const size = ["--replies", "1,000", "--members", "60"];
  const first = await forum(["generate", ...size], { env });
  expect(first).toMatchObject({ code: 0, errors: expect.stringContaining("1100 of 1100 posts\n") });
  expect(first.output).toMatch(
    /^Generated: 100 threads, 1,000 replies, [\d,]+ votes, 60 members, 12 categories\.\n/,
  );
  expect(await forum(["generate", ...size, "--seed", "2"], { env })).toMatchObject({
    code: 1,
    output: "",
    errors: expect.stringContaining("threads: 100, categories: 12, members: 60."),
  });
  const second = await forum(["generate", ...size, "--threads", "7", "--seed", "2", "--yes"], { env });
  expect(second.output).toContain("Generated: 7 threads, 1,000 replies");
  expect((await forum(["verify"], { env })).code).toBe(0);
});

test("verify names what is wrong and exits with 1", async () => {
  const url = await freshUrl();
  const { sql, close } = await connect(url);
  await sql`insert into categories (slug, name, thread_count) values ('a', 'A', 3)`;
  await close();
  expect(await forum(["verify"], { env: { DATABASE_URL: url } })).toMatchObject({
    code: 1,
    output: "category a: categories.thread_count is 3, should be 0\n1 value is wrong.\n",
  });
});

test("without a database, and with one that does not answer, a line says what to do", async () => {
  expect(await forum(["verify"])).toEqual({
    code: 1,
    output: "",
    errors:
      "Which forum? Start the one of this machine with `npm start`, or set DATABASE_URL to a forum's database.\n",
  });
  const { code, errors } = await forum(["verify"], { env: { DATABASE_URL: "postgres://a:b@127.0.0.1:1/c" } });
  expect([code, errors]).toEqual([1, "Postgres at 127.0.0.1:1 cannot be reached (ECONNREFUSED).\n"]);
});

test("without a variable, it is the forum that npm start runs", async () => {
  const { code, errors } = await forum(["verify"], { localUrl: await freshUrl() });
  expect(code).toBe(0);
  expect(errors).toMatch(/^On the forum that `npm start` runs \(127\.0\.0\.1:\d+\)\.\n$/);
  const stopped = await forum(["verify"], { localUrl: "postgres://a:b@127.0.0.1:1/c" });
  expect(stopped.errors).toContain("Is `npm start` running? Or set DATABASE_URL.");
});

test("a database without tables says how to get them", async () => {
  const url = inject("postgresUrl").replace(/\/[^/]*$/, "/postgres");
  const { code, errors } = await forum(["category", "list"], { env: { DATABASE_URL: url } });
  expect(code).toBe(1);
  expect(errors).toContain("This database has no forum in it yet: npm run db:migrate\n");
});

test.each([
  [["role", "ada", "king"], "Allowed choices are member, moderator, admin."],
  [["import", "discourse", "x", "--category", "ten=Support"], "It has the form ID=NAME"],
  [["generate"], "required option '--replies <count>' not specified"],
  [["generate", "--replies", "many"], "It is a whole number from 0 to 100,000,000."],
  [["suspend", "ada"], "required option '--until <date>' not specified"],
  [["no-such-command"], "unknown command 'no-such-command'"],
  [["resync"], "Set CLERK_SECRET_KEY"],
])("%j is refused in a line", async (args, message) => {
  const { code, errors } = await forum(args);
  expect(code).toBe(1);
  expect(errors).toContain(message);
  expect(errors).not.toContain("    at ");
});

test.each([[["--help"]], [["import", "discourse", "--help"]]])("%j shows examples", async (args) => {
  const { code, output } = await forum(args);
  expect(code).toBe(0);
  expect(output).toContain("npm run forum -- import discourse export.ndjson");
});

test("db:migrate without a database says which variable it wants", async () => {
  const { code, errors } = await forum([], { script: "migrate.ts" });
  expect([code, errors]).toEqual([1, expect.stringContaining("Set DATABASE_URL_UNPOOLED (or DATABASE_URL)")]);
});
