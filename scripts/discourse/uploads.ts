/** The address of a file of a post by the name that only its forum could resolve: `upload://NAME`, with its ending. */
export type Uploads = (name: string) => string;

/** The digits of Discourse's base 62 (the Ruby gem `base62-rb`). */
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Finds the files of a post in the HTML that was made of it. `upload://` names a file by its SHA-1 in base 62, and the
 * file's real address holds that same SHA-1 in hexadecimal. A file that the HTML does not show keeps the address that
 * the old forum itself resolves.
 */
export function uploadsIn(cooked: string, host: string): Uploads {
  const addresses = Array.from(cooked.matchAll(/(?:https?:)?\/\/[^\s"'<>,]+/g), ([address]) => address);
  return (name) => {
    const hash = sha1Of(name.split(".")[0] ?? "");
    const found = addresses.filter((address) => address.includes(hash));
    const address = found.find((each) => each.includes("/original/")) ?? found[0];
    return address?.replace(/^\/\//, "https://") ?? `https://${host}/uploads/short-url/${name}`;
  };
}

function sha1Of(name: string): string {
  let value = 0n;
  for (const digit of name) value = value * 62n + BigInt(DIGITS.indexOf(digit));
  return value.toString(16).padStart(40, "0");
}
