import { expect, test } from "vitest";
import { replaceShortcodes } from "./emoji.ts";

test.each([
  ["Thanks :smile:", "Thanks 😄"],
  ["Discourse's own :slight_smile:, phpBB's :mrgreen:", "Discourse's own 🙂, phpBB's 😁"],
  [":+1::tada:", "👍🎉"],
  [":wave:t3: hello", "👋 hello"],
  ["Look :wink:: there", "Look 😉: there"],
])("%s becomes %s", (written, shown) => {
  expect(replaceShortcodes(written)).toBe(shown);
});

test.each(["std::key::value", "at 10:100:3", "a:smile:b", ":no_such_thing:", "::smile::x", ":constructor:"])(
  "%s stays",
  (text) => {
    expect(replaceShortcodes(text)).toBe(text);
  },
);
