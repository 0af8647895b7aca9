import type { Uploads } from "./old-markdown.ts";

/** The digits of Discourse's base 62 (the Ruby gem `base62-rb`). */
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Finds the files of a post in the HTML that was made of it. `upload://` names a file by its SHA-1 in base 62, and the
 * file's real address holds that same SHA-1 in hexadecimal.
 */
export function uploadsIn(cooked: string): Uploads {
  const addresses = Array.from(cooked.matchAll(/(?:https?:)?\/\/[^\s"'<>,]+/g), ([address]) => address);
  return (name) => {
    const hash = sha1Of(name);
    const found = addresses.filter((address) => address.includes(hash));
    const address = found.find((each) => each.includes("/original/")) ?? found[0];
    return address ? address.replace(/^\/\//, "https://") : null;
  };
}

function sha1Of(name: string): string {
  let value = 0n;
  for (const digit of name) value = value * 62n + BigInt(DIGITS.indexOf(digit));
  return value.toString(16).padStart(40, "0");
}
