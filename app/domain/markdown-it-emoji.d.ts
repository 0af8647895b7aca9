declare module "markdown-it-emoji/lib/data/full.mjs" {
  /** GitHub's names of emoji, without colons. */
  const emojiByName: Record<string, string>;
  export default emojiByName;
}
