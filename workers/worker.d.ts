declare namespace Cloudflare {
  /** Tells the runtime's types which entrypoints `ctx.exports` has. */
  interface GlobalProps {
    mainModule: typeof import("./app.ts");
    durableNamespaces: "Purger";
  }
}
