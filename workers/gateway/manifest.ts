import { ACCENTS } from "#app/domain/site.ts";
import type { Call } from "../env.ts";

/** Where members' pages name it (app/root.tsx). */
export const MANIFEST_PATH = "/manifest.webmanifest";

/** The paper of light pages (app/ui/styles/tokens.css). */
const PAPER = "#f6f5f2";

/** Browsers ask for it without cookies, and again after a day. */
const HEADERS = { "Content-Type": "application/manifest+json", "Cache-Control": "public, max-age=86400" };

/** What a device needs to know to put the forum among its programs (W3C, "Web Application Manifest"). No statement. */
export function answerManifest({ env, watched }: Call): Response {
  watched.route = MANIFEST_PATH;
  const manifest = {
    id: "/",
    name: env.FORUM_NAME,
    short_name: env.FORUM_NAME,
    ...(env.FORUM_DESCRIPTION && { description: env.FORUM_DESCRIPTION }),
    lang: env.FORUM_LANGUAGE,
    start_url: "/",
    scope: "/",
    // With the browser's own way back, which a forum has no button for.
    display: "minimal-ui",
    background_color: PAPER,
    theme_color: ACCENTS[env.FORUM_ACCENT].light,
    icons: [
      { src: "/favicon.svg", sizes: "any", type: "image/svg+xml" },
      ...[192, 512].map((size) => ({
        src: `/icon-${size}.png`,
        sizes: `${size}x${size}`,
        type: "image/png",
        purpose: "any maskable",
      })),
    ],
  };
  return new Response(JSON.stringify(manifest), { headers: HEADERS });
}
