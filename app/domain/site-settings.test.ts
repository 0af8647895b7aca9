import { expect, test } from "vitest";
import { SITE_VARIABLES, siteProblems } from "./site-settings.ts";

const { FORUM_FOOTER_LINKS: FooterLinks, FORUM_MARK: Mark } = SITE_VARIABLES;

test.each([
  ["", []],
  ["  ", []],
  ["Rules=/t/1/rules", [{ label: "Rules", href: "/t/1/rules" }]],
  [
    " Imprint=https://example.com/imprint?of=us&lang=en  Terms of use=/t/2/terms\nMail=mailto:us@example.com ",
    [
      { label: "Imprint", href: "https://example.com/imprint?of=us&lang=en" },
      { label: "Terms of use", href: "/t/2/terms" },
      { label: "Mail", href: "mailto:us@example.com" },
    ],
  ],
  ["Über uns=https://example.com/über", [{ label: "Über uns", href: "https://example.com/über" }]],
])("the links of %j are found", (text, links) => {
  expect(FooterLinks.parse(text)).toEqual(links);
});

test.each([
  ["Imprint", '"Imprint=" is no link'],
  ["Rules=t/1/rules", '"Rules=t/1/rules" is no link'],
  ["Rules=/t/1/rules Imprint", '"Imprint=" is no link'],
  ["Rules=//evil.example", '"Rules=//evil.example" is no link'],
  ["Rules=/\\evil.example", '"Rules=/\\evil.example" is no link'],
  ["Rules=javascript:alert(1)", '"Rules=javascript:alert(1)" is no link'],
  ["=https://example.com", '"=https://example.com" has no name'],
  [`${"x".repeat(41)}=/`, "is too long"],
  ["A=/a ".repeat(13), "has 13 links, and a footer holds 12"],
])("%j is refused, and what is wrong is named", (text, problem) => {
  const parsed = FooterLinks.safeParse(text);
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(problem);
});

test("a mark is one or two signs, as people count them", () => {
  expect(["", " E ", "EW", "é", "👩‍💻", "🏳️‍🌈!"].map((mark) => Mark.safeParse(mark).data)).toEqual([
    "",
    "E",
    "EW",
    "é",
    "👩‍💻",
    "🏳️‍🌈!",
  ]);
  expect(Mark.safeParse("Edge").success).toBe(false);
});

test("everything that is wrong is named with its variable, and what is left out is right", () => {
  expect(siteProblems({})).toEqual([]);
  expect(siteProblems({ FORUM_ACCENT: "teal", FORUM_NAME: "Any" })).toEqual([]);
  expect(siteProblems({ FORUM_ACCENT: "", FORUM_MARK: "Edge" })).toEqual([
    expect.stringMatching(/^FORUM_ACCENT: must be one of blue/),
    expect.stringMatching(/^FORUM_MARK: is one or two/),
  ]);
});
