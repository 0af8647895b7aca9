import { type SQL, sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { isName, parseNumber } from "#app/domain/paging.ts";
import { startCountingProxy } from "#local/counting-proxy.ts";
import { testDatabase } from "#test/database.ts";
import { decoded, HOSTILE_NAMES, HOSTILE_TEXTS } from "#test/site/hostile-values.ts";
import { openDatabase } from "./client.server.ts";
import { boolean, integer, timestamp, uuid, word } from "./statements.server.ts";

const { url, db } = await testDatabase();

/** What each may put into a statement, and nothing else. Written apart from the code that it checks. */
const ALPHABETS: [name: string, write: (value: never) => SQL, text: RegExp][] = [
  ["word", word, /^'[\w-]+'::text$/],
  ["uuid", uuid, /^'[\da-f-]{36}'::uuid$/i],
  ["timestamp", timestamp, /^'[\d:.TZ+-]+'::timestamptz$/],
  ["integer", integer, /^(\d{1,16}|\(-\d{1,16}\))$/],
  ["boolean", boolean, /^(true|false)$/],
];

/** The text that a value becomes, or null where it is refused. */
function textOf(write: (value: never) => SQL, value: unknown): string | null {
  let written: SQL;
  try {
    written = write(value as never);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return null;
  }
  // Anything but one chunk of text would be a parameter.
  const [chunk, ...others] = written.queryChunks as { value?: string[] }[];
  expect(others).toEqual([]);
  return chunk?.value?.join("") ?? expect.fail("it is no text");
}

const WAYS_OUT = [
  "'",
  "''",
  "\\",
  "\\'",
  '"',
  ";",
  "--",
  "/*",
  "*/",
  "$$",
  "$1",
  "::",
  "(",
  ")",
  " ",
  "\n",
  "\0",
];
const LOOKALIKES = [
  "\u2019",
  "\u02bc",
  "\uff07",
  "\uff0d",
  "\u0661",
  "\uff11",
  "\ud800",
  "\ufeff",
  "K",
  "\u0130",
];
const PARTS = [
  "a",
  "Z",
  "0",
  "9",
  "_",
  "-",
  "2026-01-31T12:00:00Z",
  "00000000-0000-7000-8000-000000000000",
  "or 1=1",
];

const Text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom(...WAYS_OUT, ...LOOKALIKES, ...PARTS), { maxLength: 8 })
    .map((parts) => parts.join("")),
);

test.each(ALPHABETS)("whatever is given to %s, only its own alphabet gets through", (_, write, alphabet) => {
  const check = (value: unknown) => {
    const text = textOf(write, value);
    if (text !== null) expect(text).toMatch(alphabet);
  };
  for (const value of [...HOSTILE_TEXTS, ...HOSTILE_NAMES]) check(decoded(value));
  fc.assert(fc.property(fc.oneof(Text, fc.anything({ withBigInt: true, withBoxedValues: true })), check), {
    numRuns: 5_000,
  });
});

/** Says one thing to a check and another to the statement. */
const twoFaced = (first: string) => {
  const faces = [first, "'; drop table threads; --"];
  return { toString: () => faces.shift() ?? "", length: 1 };
};

const NONE_OF_THEM = [
  // Inside of quotes two hyphens are a word like any other.
  ...WAYS_OUT.filter((text) => text !== "--"),
  "",
  "a'",
  "a\n",
  "a".repeat(101),
  "00000000-0000-7000-8000-000000000000\n",
  "2026-01-31 12:00:00Z",
  "2026-01-31T12:00:00",
  "2026-01-31T12:00:00Z\n",
  "2026-01-31T12:00:00 BC",
  "infinity'",
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1n,
  null,
  undefined,
  [],
  {},
  ["a"],
  [1],
  Object("a"),
  Object(1),
  Object(true),
  twoFaced("a"),
  twoFaced("2026-01-31T12:00:00Z"),
  Symbol("a"),
  () => "a",
];

test.each(ALPHABETS)("%s refuses what is none of its kind", (_, write) => {
  for (const value of NONE_OF_THEM) expect(textOf(write, value)).toBeNull();
});

test("half a moment, or half a key, is none", () => {
  for (const value of ["2026-01-31", "12:00:00Z", "2026-1-31T12:00:00Z", "infinity", "now", "a"])
    expect(textOf(timestamp, value)).toBeNull();
  for (const value of ["00000000-0000-7000-8000", "0".repeat(32), "a"])
    expect(textOf(uuid, value)).toBeNull();
});

test("an error never repeats what was refused", () => {
  expect(() => word("'; drop table threads")).toThrow(/^[^;']+$/);
});

/** What Postgres reads, and says again. */
async function readBack(written: SQL): Promise<unknown> {
  const [row] = await db.execute<{ value: unknown }>(sql`select ${written} as value`);
  return row?.value;
}

test("Postgres reads a word as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[\w-]{1,100}$/), async (value) => {
      expect(await readBack(word(value))).toBe(value);
    }),
  );
});

test("Postgres reads a number as it was, also after a minus", async () => {
  await fc.assert(
    fc.asyncProperty(fc.maxSafeInteger(), async (value) => {
      expect(Number(await readBack(integer(value)))).toBe(value === 0 ? 0 : value);
      expect(Number(await readBack(sql`0 -${integer(value)}`))).toBe(0 - value);
    }),
  );
  for (const value of [-0, 0, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    expect(Number(await readBack(integer(value)))).toBe(value + 0);
});

test("Postgres reads a key as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uuid(), async (value) => {
      expect(await readBack(uuid(value))).toBe(value);
      expect(await readBack(uuid(value.toUpperCase()))).toBe(value);
    }),
  );
});

test("Postgres reads a moment as it reads a parameter, to the microsecond", async () => {
  const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  const Moment = fc
    .tuple(date, fc.nat(999_999), fc.constantFrom("Z", "+00:00", "-11:30", "+14:00"))
    .map(([day, micro, zone]) => `${day.toISOString().slice(0, 19)}.${`${micro}`.padStart(6, "0")}${zone}`);
  await fc.assert(
    fc.asyncProperty(Moment, async (value) => {
      expect(await readBack(sql`${timestamp(value)} = ${value}::timestamptz`)).toBe(true);
      const fraction = sql`to_char(${timestamp(value)}, 'US')`;
      expect(await readBack(fraction)).toBe(value.slice(20, 26));
    }),
  );
});

test("Postgres reads true and false", async () => {
  expect([await readBack(boolean(true)), await readBack(boolean(false))]).toEqual([true, false]);
});

test("every value that the site reads from an address can be written", () => {
  const isWritten = (write: (value: never) => SQL) => (value: unknown) => textOf(write, value) !== null;
  const moments = fc.stringMatching(z.regexes.datetime({ offset: true }));
  fc.assert(fc.property(moments, isWritten(timestamp)));
  fc.assert(fc.property(fc.stringMatching(z.regexes.uuid()), isWritten(uuid)));
  fc.assert(fc.property(fc.stringMatching(/^[1-9]\d{0,8}$/).map(parseNumber), isWritten(integer)));
  fc.assert(fc.property(Text, (value) => isWritten(word)(value) === isName(value)));
});

test("without parameters a statement takes one round trip, and answers in the same types", async () => {
  const proxy = await startCountingProxy(url);
  onTestFinished(proxy.stop);
  const connection = openDatabase(proxy.url);
  onTestFinished(() => connection.close());
  const ask = (value: SQL) =>
    connection.execute(sql`
      select ${value} as given, 7 as small, 7::bigint as large, 1.5::float8 as real, 1.5::numeric as exact, true as yes,
        null::integer as nothing, 'text' as text, '{"a": [1, true, null, "x"]}'::json as json,
        '{"a": [1]}'::jsonb as jsonb, json_agg(x) as list, array_agg(x) as numbers,
        date '2026-01-31' as day, timestamptz '2026-01-31 12:00:00.000001+00' as moment
      from generate_series(1, 3) x`);
  const answers: unknown[] = [];
  const asking = (value: SQL) => proxy.count(async () => answers.push(await ask(value)));
  expect(await asking(sql`${"a-word"}::text`)).toMatchObject({ statements: 1, roundTrips: 2 });
  expect(await asking(word("a-word"))).toMatchObject({ statements: 1, roundTrips: 1, prepared: 0 });
  expect(answers[1]).toEqual(answers[0]);
});
