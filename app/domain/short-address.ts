/** Characters of an address that are shown, its scheme not counted. A longer one is cut. */
export const ADDRESS_MAX = 60;

/** The parts of a long address, which make it up when they are put together; `shown` alone is for the eye. */
export type ShortAddress = { lead: string; shown: string; rest: string };

/** The scheme, and up to the end of its host what says whose address it is. */
const WHOSE = /^(https?:\/\/)?[^/?#]*/i;

const LATE_SURROGATE = /[\uDC00-\uDFFF]/;

/**
 * Cuts an address that is written out in a text; null where it is short enough to stand as it is. People judge an address
 * by its host, so that the whole of it is shown, however long; what follows ends before a `/`, `?` or `&` where one is near.
 */
export function shortAddress(address: string): ShortAddress | null {
  const [whose = "", lead = ""] = WHOSE.exec(address) ?? [];
  const most = lead.length + ADDRESS_MAX;
  if (address.length <= most) return null;
  const border = Math.max(...["/", "?", "&"].map((sign) => address.lastIndexOf(sign, most)));
  const cut = border > lead.length + ADDRESS_MAX / 2 ? border : most;
  const end = Math.max(whose.length, LATE_SURROGATE.test(address.charAt(cut)) ? cut - 1 : cut);
  if (end === address.length) return null;
  return { lead, shown: address.slice(lead.length, end), rest: address.slice(end) };
}
