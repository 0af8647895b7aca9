import { expect, test } from "vitest";
import type { Message } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { isLanguage, isPseudoLanguage } from "./languages.ts";
import { isMessage, saidBy, says } from "./message.ts";
import { disguise } from "./pseudo.ts";
import { wordsIn } from "./words.server.ts";
import { wordsOf } from "./words.ts";

const english = wordsIn("en");
const german = wordsIn("de");

test("a text is in its language, with what is put in", () => {
  expect(english.t("thread.back", { category: "{name} & <b>" })).toBe("Back to {name} & <b>");
  expect(german.t("thread.back", { category: "Neues" })).toBe("Zurück zu Neues");
});

test("a number chooses the plural, and is written as its language writes it", () => {
  expect([0, 1, 2, 1204].map((count) => english.t("count.replies", { count }))).toEqual([
    "0 replies",
    "1 reply",
    "2 replies",
    "1,204 replies",
  ]);
  expect([0, 1, 2, 1204].map((count) => german.t("count.threads", { count }))).toEqual([
    "0 Themen",
    "1 Thema",
    "2 Themen",
    "1.204 Themen",
  ]);
});

test("a number that is a name stands as it is", () => {
  expect(english.t("edit.reply", { number: "1204" })).toBe("Edit your reply #1204");
});

test("dates and times are those of the language", () => {
  const moment = new Date("2026-11-22T14:05:00Z");
  const said = [english, german].map(({ day, exact, recent, relative }) => [
    day.format(moment),
    exact.format(moment),
    recent.format(moment),
    relative.format(-3, "hour"),
  ]);
  expect(said).toEqual([
    ["22 Nov 2026", "22 Nov 2026, 14:05", "22 Nov, 14:05", "3 hours ago"],
    ["22.11.2026", "22.11.2026, 14:05", "22. Nov., 14:05", "vor 3 Stunden"],
  ]);
});

test("a message is the same text, whatever brought it", () => {
  const messages: Message[] = ["outage.busy", ["problem.longTitleBy", { max: 200, length: 1204 }]];
  for (const message of messages) {
    expect(saidBy({ message: says(message) })).toEqual(message);
    expect(isMessage(JSON.parse(JSON.stringify(message)))).toBe(true);
  }
  expect(messages.map(english.say)).toEqual([
    "The forum is very busy just now.",
    "A title holds at most 200 characters; this one has 1,204.",
  ]);
  expect(saidBy({ message: "Invalid input: expected string" })).toBeNull();
  for (const other of [undefined, null, 7, {}, []]) expect(isMessage(other)).toBe(false);
});

test("what a newer Worker says and an open page has no text for is said in general", () => {
  const unknown = "refusal.of-tomorrow" as unknown as Message;
  expect(german.say(unknown)).toBe("Etwas ist schiefgegangen");
  expect(german.say([unknown, { some: 1 }] as unknown as Message)).toBe("Etwas ist schiefgegangen");
});

test("a language is one by its own name alone", () => {
  expect(["en", "de", "DE", "fr", "en-XA", "toString", "", null, undefined].filter(isLanguage)).toEqual([
    "en",
    "de",
  ]);
  expect(["en", "en-XA", "en-XB", "toString"].filter(isPseudoLanguage)).toEqual(["en-XA", "en-XB"]);
});

test("the languages for trying out pages are English in disguise, one of them from right to left", () => {
  expect(wordsIn("en-XA").t("thread.pinned")).toMatch(/^\[Þîññéð .*\]$/);
  expect(wordsIn("en-XB").t("thread.pinned")).toBe(wordsIn("en-XA").t("thread.pinned"));
  expect([wordsIn("en-XA").direction, wordsIn("en-XB").direction]).toEqual(["ltr", "rtl"]);
});

test("the words of two languages, used in turns, share nothing", () => {
  const [a, b] = [wordsOf("en", en), wordsOf("de", de)];
  expect([a.t("form.save"), b.t("form.save"), a.t("form.save")]).toEqual(["Save", "Speichern", "Save"]);
  expect(wordsOf("en-XA", disguise(en)).t("form.save")).not.toBe(a.t("form.save"));
});
