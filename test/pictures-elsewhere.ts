import { elsewherePath, publicAddress } from "#app/domain/elsewhere.ts";

/** Shows pictures of other hosts as a forum does, under a signature that is none. */
export function showUnsigned(address: string): string | null {
  const url = publicAddress(address);
  return url && elsewherePath({ signature: "-".repeat(22), address: url.href });
}
