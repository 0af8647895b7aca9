import css from "./ui/styles.css?inline";

/** The stylesheet, as the build has minified it. A reader's page carries it (docs/decisions/0018-inline-stylesheet.md). */
export const STYLESHEET: string = css;

/** Allows it, and no other style, in a Content-Security-Policy: the hash of what stands in the element (CSP 3, 2.3.1). */
export const STYLESHEET_SOURCE = `'sha256-${await hashOf(STYLESHEET)}'`;

/** SHA-256 in base64. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
