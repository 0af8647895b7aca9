/**
 * What every address may cost the database: statements, and the times that the Worker waits for an answer once it is
 * connected. postgres-js waits twice for a statement with parameters and once for one without. A page that has
 * become cheaper fails the test too: write the new number down here.
 */
export type Budget = { statements: number; roundTrips: number };

const NOTHING: Budget = { statements: 0, roundTrips: 0 };
const ONE: Budget = { statements: 1, roundTrips: 2 };
const TWO: Budget = { statements: 2, roundTrips: 4 };
/** Who asks, and a list that no parameter narrows. */
const TWO_SHORT: Budget = { statements: 2, roundTrips: 3 };
const ONE_SHORT: Budget = { statements: 1, roundTrips: 1 };

/** The rules that the numbers below keep (docs: one statement a page, two where the viewer must be known first). */
export const CEILINGS = { reader: 1, member: 2, write: 2 };

export type RouteBudget = {
  /** GET by somebody who is signed out, and by a member. */
  reader: Budget;
  member: Budget;
  /** POST by a member, where the address takes one. */
  write?: Budget;
};

/** By address, as app/routes.ts writes it. */
export const ROUTE_BUDGETS: Record<string, RouteBudget> = {
  "/": { reader: ONE, member: TWO },
  "c/:category": { reader: ONE, member: TWO },
  "t/new": { reader: NOTHING, member: TWO_SHORT, write: TWO },
  "t/:number/:slug?": { reader: ONE, member: TWO },
  "t/:number/moderation/lock": { reader: NOTHING, member: ONE, write: TWO },
  "t/:number/moderation/pin": { reader: NOTHING, member: ONE, write: TWO },
  "t/:number/replies/new": { reader: NOTHING, member: TWO, write: TWO },
  "t/:number/replies/:reply/edit": { reader: NOTHING, member: TWO, write: TWO },
  "t/:number/replies/:reply/delete": { reader: NOTHING, member: ONE, write: TWO },
  "t/:number/replies/:reply/vote": { reader: NOTHING, member: ONE, write: TWO },
  "u/:handle": { reader: ONE, member: TWO },
  settings: { reader: NOTHING, member: ONE, write: TWO },
  "sign-in": { reader: NOTHING, member: ONE },
  "sign-up": { reader: NOTHING, member: ONE },
  "sign-out": { reader: NOTHING, member: ONE, write: ONE },
  "continue/:id": { reader: NOTHING, member: ONE },
  "*": { reader: NOTHING, member: ONE },
};

/** What the Worker answers before React Router comes into it. */
export const WORKER_BUDGETS: Record<string, Budget> = {
  "/healthz": ONE_SHORT,
  "/webhooks/clerk": ONE,
};

/**
 * What travels for a first visit, in KiB after gzip: the document, and the stylesheets and scripts that it names.
 * The thread has 20 replies of a paragraph each, the home page 25 threads. Readers get no script at all.
 */
export const SIZE_BUDGETS: Record<string, { html: number; css: number; js: number }> = {
  "the home page, for readers": { html: 5, css: 6, js: 0 },
  "a full page of a thread, for readers": { html: 6, css: 6, js: 0 },
  "a full page of a thread, for members": { html: 10, css: 6, js: 170 },
};

/** The Worker's code after gzip. Cloudflare allows more; every KiB is read when an isolate starts. */
export const BUNDLE_KIB_MAX = 1024;
