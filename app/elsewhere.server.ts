import { createHmac, timingSafeEqual } from "node:crypto";
import { elsewherePath, publicAddress, type SignedAddress } from "./domain/elsewhere.ts";
import { parsePicturePath } from "./domain/picture.ts";

/** What pictures of other hosts are shown with. */
export type ElsewhereOptions = {
  /** `PICTURES_KEY`, and the one before it while a new one is brought in. Without any, no such picture is shown. */
  keys: readonly (string | undefined)[];
  /** The forum's own origin, where it is known: the forum asks itself for nothing. */
  origin?: string;
};

/** 132 bits: half of an HMAC-SHA-256, as RFC 2104 (5) asks at least. */
const SIGNATURE_CHARACTERS = 22;

/** Shows pictures of other hosts under signed paths, and knows its own signatures again. */
export function picturesElsewhere({ keys, origin }: ElsewhereOptions) {
  const known = keys.filter((key) => key !== undefined);
  const [key] = keys;
  return {
    /** The path of a picture at an address, as a `ShowElsewhere`. An upload of this forum, however it is named, is at its own. */
    show(address: string): string | null {
      const url = publicAddress(address);
      if (url && url.origin === origin) return parsePicturePath(url.pathname) ? url.pathname : null;
      return url && key ? elsewherePath({ signature: sign(key, url.href), address: url.href }) : null;
    },
    /** Whether this forum has signed the address. Takes as long whatever the signature is. */
    isSigned({ signature, address }: SignedAddress): boolean {
      const given = new TextEncoder().encode(signature);
      const right = known.map((each) => new TextEncoder().encode(sign(each, address)));
      // Each key is tried, so that nothing tells which one it was.
      return right.filter((each) => each.length === given.length && timingSafeEqual(each, given)).length > 0;
    },
  };
}

function sign(key: string, address: string): string {
  const whole = createHmac("sha256", key).update(`picture elsewhere\n${address}`).digest("base64url");
  return whole.slice(0, SIGNATURE_CHARACTERS);
}
