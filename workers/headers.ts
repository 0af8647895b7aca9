import { SPECULATION_RULES } from "#app/speculation.ts";
import { STYLESHEET_SOURCE } from "#app/stylesheet.server.ts";

/** A month of `https` at first would be timid; ASVS 5.0 3.4.1 asks for a year, subdomains included. */
const STRICT_TRANSPORT = "max-age=31536000; includeSubDomains";

/** Where Clerk keeps people's pictures. */
const PICTURES = "https://img.clerk.com";

/** What the headers of a response depend on. */
export type PageKind = { isReader: boolean; nonce: string; clerkOrigins: string[]; origin: string };

/**
 * Puts the security headers on a response of our own, whatever its status.
 * A reader's page has no script source at all, and one style, which it carries; a member's page runs only scripts that carry
 * its nonce, and links the stylesheet.
 */
export function addSecurityHeaders(response: Response, page: PageKind): void {
  const { status, headers } = response;
  addSharedHeaders(response, page.origin);
  headers.set("Content-Security-Policy", contentSecurityPolicy(page));
  // With no-referrer Chromium sends `Origin: null` on our own forms.
  headers.set("Referrer-Policy", "strict-origin-when-cross-origin");
  headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  const isPage = status === 200 && headers.get("Content-Type")?.startsWith("text/html");
  if (page.isReader && isPage) headers.set("Speculation-Rules", SPECULATION_RULES);
}

/**
 * Puts on a picture, or on the answer that there is none, what keeps it from being anything else: whatever a browser is made to
 * take it for, it loads nothing, runs nothing and has an origin of its own.
 */
export function addPictureHeaders(response: Response, origin: string): void {
  const { headers } = response;
  addSharedHeaders(response, origin);
  headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
  headers.set("Content-Disposition", "inline");
  headers.set("Referrer-Policy", "no-referrer");
}

/** What pages and pictures have in common. */
function addSharedHeaders({ status, headers }: Response, origin: string): void {
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (origin.startsWith("https:")) headers.set("Strict-Transport-Security", STRICT_TRANSPORT);
  if (status === 503) headers.set("Retry-After", "5");
}

function contentSecurityPolicy({ isReader, nonce, clerkOrigins, origin }: PageKind): string {
  const clerk = clerkOrigins.join(" ");
  const shared = [
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    `style-src ${isReader ? STYLESHEET_SOURCE : "'self'"}`,
    `img-src 'self' ${PICTURES}`,
    // Chromium checks the redirects of a form too, and signing in leads through Clerk.
    `form-action 'self' ${clerk}`,
  ];
  // No page connects to it; Lighthouse asks for it as if the page did.
  const reader = origin ? [`connect-src ${origin}/robots.txt`] : [];
  if (isReader) return [...shared, ...reader].join("; ");
  const member = [
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `connect-src 'self' ${clerk}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
  ];
  return [...shared, ...member].join("; ");
}
