import { expect, test } from "vitest";
import { z } from "zod";
import { says } from "#app/messages/message.ts";
import { sentenceOf } from "#test/words.ts";
import { Body, parseForm, Submission, Title } from "./form.ts";
import { BODY_MAX, LINE_UNITS_MAX, TITLE_MAX, TITLE_MIN } from "./limits.ts";

const Schema = z.object({
  title: z
    .string(says("problem.noTitle"))
    .min(3, says(["problem.shortTitle", { min: 3 }]))
    .transform((title) => title.toUpperCase()),
  note: z.string().optional(),
});

function formOf(...fields: [name: string, value: string | File][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

test("what the schema made is the data, and what was typed are the values", () => {
  expect(parseForm(Schema, formOf(["title", "abc"], ["note", "n"]))).toEqual({
    ok: true,
    data: { title: "ABC", note: "n" },
    values: { title: "abc", note: "n" },
  });
});

test("unknown fields are neither data nor values", () => {
  expect(parseForm(Schema, formOf(["title", "abc"], ["role", "admin"], ["__proto__", "x"]))).toEqual({
    ok: true,
    data: { title: "ABC" },
    values: { title: "abc" },
  });
});

test("what is wrong is said by field, and everything typed comes back", () => {
  expect(parseForm(Schema, formOf(["title", "ab"], ["note", "kept"]))).toEqual({
    ok: false,
    values: { title: "ab", note: "kept" },
    errors: { title: ["problem.shortTitle", { min: 3 }] },
  });
});

test("a field that is missing is wrong", () => {
  expect(parseForm(Schema, formOf())).toEqual({
    ok: false,
    values: {},
    errors: { title: "problem.noTitle" },
  });
});

test("a repeated field is wrong, even where each value of it would do; the first comes back", () => {
  expect(parseForm(Schema, formOf(["title", "abc"], ["title", "abd"]))).toEqual({
    ok: false,
    values: { title: "abc" },
    errors: { title: "problem.repeated" },
  });
});

test("that a field was repeated is said rather than what is wrong with its first value", () => {
  const { errors } = parseForm(Schema, formOf(["title", "a"], ["title", "b"])) as { errors: object };
  expect(errors).toEqual({ title: "problem.repeated" });
});

test("a file in place of a text counts as missing", () => {
  expect(parseForm(Schema, formOf(["title", new File(["abc"], "title")]))).toMatchObject({
    ok: false,
    values: {},
    errors: { title: "problem.noTitle" },
  });
});

test("of several things wrong with a field, the first is said", () => {
  const title = z.string().min(3, says("problem.noTitle")).regex(/^a/, says("problem.unfit"));
  const parsed = parseForm(z.object({ title }), formOf(["title", "b"]));
  expect(parsed).toMatchObject({ errors: { title: "problem.noTitle" } });
});

test("what a schema has no message for is said all the same", () => {
  const parsed = parseForm(z.object({ title: z.string().min(3) }), formOf(["title", "b"]));
  expect(parsed).toMatchObject({ errors: { title: "problem.unfit" } });
});

/** What a schema says of a value, or null where it takes it. */
function problemOf(schema: z.ZodType, value: unknown): string | null {
  return sentenceOf(schema.safeParse(value).error?.issues[0]);
}

test.each([
  ["the shortest", "a".repeat(TITLE_MIN)],
  ["the longest", "a".repeat(TITLE_MAX)],
  ["the longest in emoji, which count as one each", "😀".repeat(TITLE_MAX)],
])("a title: %s", (_, title) => {
  expect(Title.parse(title)).toBe(title);
});

test("a title is one clean line", () => {
  expect(Title.parse("  A\r\ntitle\u200b,  e\u0301 ")).toBe("A title, é");
});

test.each([
  ["missing", undefined, "Give the thread a title."],
  ["empty", "", "Give the thread a title."],
  ["of spaces", " \t ", "Give the thread a title."],
  ["of what nobody sees", "\u200b\u2060\u3164", "Give the thread a title."],
  ["too short", "a".repeat(TITLE_MIN - 1), "A title needs at least 3 characters."],
  ["too short without what nobody sees", "a \u200bb", "A title needs at least 3 characters."],
  ["too long", "a".repeat(TITLE_MAX + 1), "A title holds at most 200 characters; this one has 201."],
  ["far too long", "a".repeat(LINE_UNITS_MAX + 1), "A title holds at most 200 characters."],
])("no title: %s", (_, title, problem) => {
  expect(problemOf(Title, title)).toBe(problem);
});

test.each([
  ["the shortest", "a"],
  ["the longest", "a".repeat(BODY_MAX)],
  ["the longest in emoji, which count as one each", "😀".repeat(BODY_MAX)],
  ["of several lines", "a\n\n    code"],
])("a body: %s", (_, body) => {
  expect(Body.parse(body)).toBe(body);
});

test.each([
  ["missing", undefined, "Write something first."],
  ["empty", "", "Write something first."],
  ["of line breaks", "\r\n\r\n", "Write something first."],
  ["of what nobody sees", "\u200b\u2060", "Write something first."],
  ["too long", "a".repeat(BODY_MAX + 1), "A post holds at most 30,000 characters; this one has 30,001."],
])("no body: %s", (_, body, problem) => {
  expect(problemOf(Body, body)).toBe(problem);
});

test("a submission is a UUID", () => {
  expect(problemOf(Submission, "0193a1b2-7c3d-4e5f-8a9b-0c1d2e3f4a5b")).toBeNull();
  const damaged = "This form is damaged. Your text is still here: send it again.";
  for (const value of [undefined, "", "1", "0193a1b2-7c3d-4e5f-8a9b-0c1d2e3f4a5b\n", "{}"])
    expect(problemOf(Submission, value)).toBe(damaged);
});
