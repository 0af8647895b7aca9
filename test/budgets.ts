import { PUBLIC_PAGES } from "#app/public-pages.ts";

/**
 * What every address may cost the database: statements, and the times that the Worker waits for an answer once it is
 * connected. postgres-js waits once for a statement without parameters, as the reads are (app/db/statements.server.ts),
 * and twice for one with parameters, as the writes are. A page that has become cheaper fails the test too: write the
 * new number down here.
 */
export type Budget = { statements: number; roundTrips: number };

const NOTHING: Budget = { statements: 0, roundTrips: 0 };
/** One that reads; two, where the viewer must be known first. Sign-out writes, and costs no more: it sends no parameters. */
const READ: Budget = { statements: 1, roundTrips: 1 };
const TWO_READS: Budget = { statements: 2, roundTrips: 2 };
/** Who asks, and the write itself. */
const READ_AND_WRITE: Budget = { statements: 2, roundTrips: 3 };
/** A write of somebody who needs not be known: Clerk's webhook. */
const WRITE: Budget = { statements: 1, roundTrips: 2 };

/** The rules that the numbers below keep (docs/decisions/0002-one-statement-a-page.md). */
export const CEILINGS: Record<"reader" | "member" | "write", Budget> = {
  reader: { statements: 1, roundTrips: 2 },
  member: { statements: 2, roundTrips: 4 },
  write: { statements: 2, roundTrips: 4 },
};

export type RouteBudget = {
  /** GET by somebody who is signed out, and by a member. */
  reader: Budget;
  member: Budget;
  /** POST by a member, where the address takes one. */
  write?: Budget;
};

/** A page that everyone may see costs a reader one statement, and a member the same and one to know who they are. */
const PUBLIC_BUDGETS = Object.fromEntries(
  PUBLIC_PAGES.map(({ pattern }) => [pattern.replace(/^\/(?=.)/, ""), { reader: READ, member: TWO_READS }]),
);

/** By address, as app/routes.ts writes it. */
export const ROUTE_BUDGETS: Record<string, RouteBudget> = {
  ...PUBLIC_BUDGETS,
  // A preview is shown on it, of the rows that the visit before it kept.
  "t/:number/:slug?": { reader: READ, member: TWO_READS, write: READ },
  "t/new": { reader: NOTHING, member: TWO_READS, write: READ_AND_WRITE },
  "t/:number/moderation/lock": { reader: NOTHING, member: READ, write: READ_AND_WRITE },
  "t/:number/moderation/pin": { reader: NOTHING, member: READ, write: READ_AND_WRITE },
  "t/:number/replies/new": { reader: NOTHING, member: TWO_READS, write: READ_AND_WRITE },
  "t/:number/replies/:reply/edit": { reader: NOTHING, member: TWO_READS, write: READ_AND_WRITE },
  "t/:number/replies/:reply/delete": { reader: NOTHING, member: READ, write: READ_AND_WRITE },
  "t/:number/replies/:reply/vote": { reader: NOTHING, member: READ, write: READ_AND_WRITE },
  settings: { reader: NOTHING, member: TWO_READS, write: READ_AND_WRITE },
  media: { reader: NOTHING, member: READ },
  "settings/pictures": { reader: NOTHING, member: TWO_READS, write: READ_AND_WRITE },
  "u/:handle/pictures": { reader: NOTHING, member: TWO_READS, write: READ_AND_WRITE },
  "sign-in": { reader: NOTHING, member: READ },
  "sign-up": { reader: NOTHING, member: READ },
  "sign-out": { reader: NOTHING, member: READ, write: TWO_READS },
  "continue/:id": { reader: NOTHING, member: READ },
  "*": { reader: NOTHING, member: READ },
};

/** A member's first page, where no webhook has come before them: who asks, their row, who asks, the page. */
export const FIRST_PAGE_BUDGET: Budget = { statements: 4, roundTrips: 4 };

/** What the Worker answers before React Router comes into it. */
export const WORKER_BUDGETS: Record<string, Budget> = {
  "/healthz": READ,
  "/manifest.webmanifest": NOTHING,
  "/webhooks/clerk": WRITE,
};

/**
 * What travels for a first visit, in KiB after gzip: the document, the stylesheets and scripts that it names, and the scripts
 * that these load once the page works (`later`). Clerk's own script comes from Clerk's origin and is no part of it.
 * The thread has 20 replies of a paragraph each, the home page 25 threads. A reader's document carries the stylesheet (7 KiB)
 * and names nothing; readers get no script at all.
 */
export const SIZE_BUDGETS: Record<string, { html: number; css: number; js: number; later: number }> = {
  "the home page, for readers": { html: 9, css: 0, js: 0, later: 0 },
  "a full page of a thread, for readers": { html: 10, css: 0, js: 0, later: 0 },
  // Four in each of 20 replies, two of the forum and two from elsewhere: each picture is its place, its address twice, and its text.
  "a full page of a thread with 80 pictures, for readers": { html: 16, css: 0, js: 0, later: 0 },
  // 160 KB of 1,000 bytes are 156 KiB; what comes later is Clerk's provider, and what sends pictures.
  "a full page of a thread, for members": { html: 10, css: 7, js: 156, later: 35 },
};

/** The Worker's code after gzip. Cloudflare allows more; every KiB is read when an isolate starts. */
export const BUNDLE_KIB_MAX = 1024;
