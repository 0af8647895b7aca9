import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

test("the environment wins over the embedded defaults, and a flag over the environment", () => {
  const env = {
    PORT: "9000",
    DATABASE_URL: "postgres://db/forum",
    FORUM_NAME: "Ours",
    FORUM_LANGUAGE: "de",
    HOME: "/home/ada",
  };
  expect(readSettings("npm start", ["--port", "9100"], env)).toMatchObject({
    port: 9100,
    origin: "http://localhost:9100",
    databaseUrl: "postgres://db/forum",
    directDatabaseUrl: "postgres://db/forum",
    given: { FORUM_NAME: "Ours", FORUM_LANGUAGE: "de" },
  });
});

test("a look that the forum cannot have is said before anything starts", () => {
  const start = (env: Record<string, string>) => () => readSettings("npm start", [], env);
  expect(start({ FORUM_ACCENT: "mauve" })).toThrow("FORUM_ACCENT: must be one of blue, teal");
  expect(start({ FORUM_FOOTER_LINKS: "Rules" })).toThrow('FORUM_FOOTER_LINKS: "Rules=" is no link');
  expect(start({ FORUM_MARK: "Edge" })).toThrow("FORUM_MARK: is one or two letters");
});

test("a direct address alone does not turn the embedded database into somebody else's", () => {
  expect(
    readSettings("npm start", [], { DATABASE_URL_UNPOOLED: "postgres://db/forum" }).directDatabaseUrl,
  ).toBeUndefined();
});

test("the demo forum goes into the embedded database, and into the user's own only when asked for", () => {
  const own = { DATABASE_URL: "postgres://db/forum" };
  expect([
    readSettings("npm start", [], {}).demo,
    readSettings("npm start", [], own).demo,
    readSettings("npm start", ["--demo"], own).demo,
  ]).toEqual([true, false, true]);
});

test("the user's own Clerk instance takes the stand-in's place, with both keys or not at all", () => {
  const keys = { CLERK_PUBLISHABLE_KEY: "pk_live_x", CLERK_SECRET_KEY: "sk_live_x" };
  expect(readSettings("npm start", [], keys)).toMatchObject({ ownClerk: true, given: keys });
  expect(() => readSettings("npm start", [], { CLERK_SECRET_KEY: "sk_live_x" })).toThrow(
    /CLERK_SECRET_KEY is set alone/,
  );
});

test("a port that is none, and a word that is no flag, are named", () => {
  expect(() => readSettings("npm start", [], { PORT: "99999" })).toThrow(/"99999" is none/);
  expect(() => readSettings("npm start", ["--prot", "1"], {})).toThrow(
    "Unknown option '--prot'. (Did you mean --port?) What there is: npm start -- --help",
  );
  expect(() => readSettings("npm start", ["reset"], {})).toThrow(/too many arguments.*--help/);
  expect(() => readSettings("npm start", ["--port"], {})).toThrow(/--port <number>.*argument missing/);
});
