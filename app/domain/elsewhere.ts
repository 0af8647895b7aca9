/**
 * Pictures of other hosts reach readers through the forum's own origin, under an address that is signed when a post is
 * rendered, so that nobody can have the forum fetch what no member has shown (docs/decisions/0021-pictures-from-elsewhere.md).
 */

/** Says under which path of this forum a picture at an address elsewhere is shown; null where it is not. */
export type ShowElsewhere = (address: string) => string | null;

/** What a path of such a picture carries. */
export type SignedAddress = { signature: string; address: string };

/** Where such pictures are. */
export const ELSEWHERE_PREFIX = "/media/elsewhere/";

/** Characters of an address elsewhere: as many as a bare link may have. A longer one is linked, not shown. */
export const ELSEWHERE_ADDRESS_MAX = 2_000;

/** The signature is that of app/elsewhere.server.ts. */
const PATH = /^\/media\/elsewhere\/(?<signature>[\w-]{22})\/(?<encoded>[\w-]{1,2700})$/;

/** The path for an address (ASCII, as `publicAddress` answers it) with its signature. */
export function elsewherePath({ signature, address }: SignedAddress): string {
  return `${ELSEWHERE_PREFIX}${signature}/${encode(address)}`;
}

/** What such a path carries; null where it is not as `elsewherePath` makes it. The signature may be any. */
export function parseElsewherePath(path: string): SignedAddress | null {
  const { signature, encoded } = PATH.exec(path)?.groups ?? {};
  if (signature === undefined || encoded === undefined) return null;
  const address = decode(encoded);
  return address !== null && encode(address) === encoded ? { signature, address } : null;
}

/** Base64url: nothing on the way takes it for a path of its own, as it might `%2F`. */
function encode(address: string): string {
  return btoa(address).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function decode(encoded: string): string | null {
  try {
    return atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
}

/**
 * The address if the forum may ask for it: https, at its usual port, with no user in it, and of a host that has a public
 * name; else null. Numbers are refused in every spelling: `URL` writes all of them as one, and no picture needs them.
 */
export function publicAddress(address: string): URL | null {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" || url.port !== "") return null;
  if (url.username !== "" || url.password !== "" || !isPublicName(url.hostname)) return null;
  url.hash = "";
  return url.href.length <= ELSEWHERE_ADDRESS_MAX ? url : null;
}

/** Last labels that no public name has: reserved (RFC 2606, 6761, 6762, 7686, 8375, 9476), set aside by ICANN, or usual inside. */
const PRIVATE_ENDINGS = new Set(
  (
    "alt arpa corp example home internal intranet invalid lan local localdomain localhost mail onion private " +
    "router test workgroup"
  ).split(" "),
);

/** Public names that are known to lead to this machine, or to whatever address stands before them. */
const LEADING_INSIDE =
  /(?:^|\.)(?:nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me|vcap\.me|lacolhost\.com|1u\.ms|rbndr\.us)$/;

/** An address among the labels of a name: `10.0.0.1.example.com`, `10-0-0-1.example.com`. */
const NUMBERS = /(?:^|[.-])\d{1,3}([.-])\d{1,3}\1\d{1,3}\1\d{1,3}(?=[.-])/;

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

function isPublicName(host: string): boolean {
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d/.test(last)) return false;
  return !PRIVATE_ENDINGS.has(last) && !LEADING_INSIDE.test(host) && !NUMBERS.test(host);
}
