/** What the Worker's code uses of Node's crypto, which workerd has. Node's own types would clash with the Worker's. */
declare module "node:crypto" {
  export function createHash(algorithm: "sha256"): {
    update(text: string): { digest(encoding: "hex"): string };
  };
}
