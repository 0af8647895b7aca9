/** What the Worker's code uses of Node's crypto, which workerd has. Node's own types would clash with the Worker's. */
declare module "node:crypto" {
  type Hash = { update(text: string): { digest(encoding: "hex"): string } };
  export function createHash(algorithm: "sha256"): Hash;
  type Hmac = { update(text: string): { digest(encoding: "base64url"): string } };
  export function createHmac(algorithm: "sha256", key: string): Hmac;
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
  const crypto: {
    createHash: typeof createHash;
    pbkdf2Sync(
      password: string,
      salt: Uint8Array,
      iterations: number,
      length: number,
      digest: string,
    ): Uint8Array;
  };
  export default crypto;
}
