import { expect, test } from "vitest";
import { says } from "#app/messages/message.ts";
import { sentenceOf } from "#test/words.ts";
import { HANDLE_MAX, HANDLE_MIN } from "./limits.ts";
import { SettingsForm } from "./settings.ts";

const SETTINGS = { handle: "Ann-Lee", colorScheme: "dark", dateStyle: "absolute" };

/** What is said of a handle, or null where it may be chosen. */
function handleProblem(handle: unknown): string | null {
  return sentenceOf(SettingsForm.safeParse({ ...SETTINGS, handle }).error?.issues[0]);
}

test("settings are a handle, colours and a way to write dates", () => {
  expect(SettingsForm.parse({ ...SETTINGS, handle: " Ann-Lee " })).toEqual(SETTINGS);
  for (const colorScheme of ["system", "light", "dark"])
    expect(SettingsForm.parse({ ...SETTINGS, colorScheme }).colorScheme).toBe(colorScheme);
  for (const dateStyle of ["relative", "absolute"])
    expect(SettingsForm.parse({ ...SETTINGS, dateStyle }).dateStyle).toBe(dateStyle);
});

test("a language is one of the forum's, or whichever the forum is in; a form without one leaves it as it is", () => {
  const chosen = (language?: string) => SettingsForm.safeParse({ ...SETTINGS, language });
  expect(chosen("de").data?.language).toBe("de");
  expect(chosen("").data?.language).toBeNull();
  expect(chosen(undefined).data?.language).toBeUndefined();
  for (const word of ["fr", "DE", "en-XA", "toString"])
    expect(sentenceOf(chosen(word).error?.issues[0])).toBe("Choose one of these.");
});

test("pictures are shown, or links; a form without them leaves them as they are", () => {
  const chosen = (pictures?: string) => SettingsForm.safeParse({ ...SETTINGS, pictures });
  for (const pictures of ["shown", "links", undefined])
    expect(chosen(pictures).data?.pictures).toBe(pictures);
  expect(sentenceOf(chosen("none").error?.issues[0])).toBe("Choose one of these.");
});

test.each(["colorScheme", "dateStyle"])("no other %s can be chosen", (field) => {
  for (const value of ["", "sepia", "Dark", undefined])
    expect(SettingsForm.safeParse({ ...SETTINGS, [field]: value }).error?.issues).toMatchObject([
      { path: [field], message: says("problem.noChoice") },
    ]);
});

test.each(["a".repeat(HANDLE_MIN), "a".repeat(HANDLE_MAX), "A1-b2-C3", "123"])(
  "the handle %s can be chosen",
  (handle) => {
    expect(handleProblem(handle)).toBeNull();
  },
);

const LENGTH = "A handle has 3 to 30 characters.";
const LETTERS = "A handle has letters (a to z), digits, and single hyphens between them.";
const RESERVED = "That handle is kept for the forum itself.";

test.each([
  [undefined, "Choose a handle."],
  ["", LENGTH],
  ["a".repeat(HANDLE_MIN - 1), LENGTH],
  ["a".repeat(HANDLE_MAX + 1), LENGTH],
  ["a".repeat(100_000), LENGTH],
  ["ann lee", LETTERS],
  ["ann_lee", LETTERS],
  ["-ann", LETTERS],
  ["ann-", LETTERS],
  ["ann--lee", LETTERS],
  ["änn", LETTERS],
  ["аnn", LETTERS],
  ["admin", RESERVED],
  ["Moderator-2", RESERVED],
  ["settings", RESERVED],
])("the handle %j cannot be chosen", (handle, problem) => {
  expect(handleProblem(handle)).toBe(problem);
});
