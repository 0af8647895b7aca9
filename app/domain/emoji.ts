import emojiByName from "markdown-it-emoji/lib/data/full.mjs";

/** Discourse's names that GitHub's list does not have: its aliases and phpBB's smileys. */
const MORE: Record<string, string> = {
  arrow: "➡️",
  crazy_face: "🤪",
  dark_sunglasses: "🕶️",
  face_with_hand_over_mouth: "🤭",
  face_with_monocle: "🧐",
  frown: "☹️",
  fu: "🖕",
  hugs: "🤗",
  idea: "💡",
  mrgreen: "😁",
  nerd: "🤓",
  partying_face: "🥳",
  rofl: "🤣",
  roll_eyes: "🙄",
  shaking_head: "🫨",
  slight_frown: "🙁",
  slight_smile: "🙂",
  slightly_frowning_face: "🙁",
  thinking: "🤔",
  twisted: "😈",
  upside_down: "🙃",
  woman_zombie: "🧟‍♀️",
  man_zombie: "🧟‍♂️",
  man_shrugging: "🤷‍♂️",
  woman_shrugging: "🤷‍♀️",
};

/**
 * `:name:`, alone or in a row, and not part of a word, a time of day or C++'s `::`; with Discourse's skin tones
 * (`:wave:t3:`), which are left off.
 */
const SHORTCODES = /(?<![\w:])(?::[a-z0-9_+-]{1,50}:(?:t[2-6]:)?)+(?!\w|:\w)/g;
const SHORTCODE = /:([a-z0-9_+-]+):(?:t[2-6]:)?/g;

/** Writes `:wink:` as the emoji itself, by GitHub's and Discourse's names. A name that nobody knows stays as it is. */
export function replaceShortcodes(text: string): string {
  return text.replace(SHORTCODES, (row) =>
    row.replace(SHORTCODE, (code, name: string) => emojiNamed(name) ?? code),
  );
}

function emojiNamed(name: string): string | undefined {
  for (const names of [MORE, emojiByName]) if (Object.hasOwn(names, name)) return names[name];
  return undefined;
}
