declare namespace Cloudflare {
  /** Tells the runtime's types which entrypoints `ctx.exports` has. */
  interface GlobalProps {
    mainModule: typeof import("./app.ts");
    durableNamespaces: "Purger";
  }
}

/** What Vite makes of a stylesheet that is imported as text. */
declare module "*.css?inline" {
  const text: string;
  export default text;
}
