import type { clerkMiddleware, rootAuthLoader } from "@clerk/react-router/server";
import { createContext, type SessionStorage } from "react-router";
import type { Database } from "#app/db/client.server.ts";
import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import type { Fact } from "#app/domain/facts.ts";
import type { HeldForm } from "#app/domain/held-form.ts";
import type { PictureName } from "#app/domain/picture.ts";
import type { PictureFile } from "#app/domain/picture-file.ts";
import type { SiteFace } from "#app/domain/site.ts";
import type { PictureStyle, Viewer } from "#app/domain/viewer.ts";
import type { ReplyVote } from "#app/domain/views.ts";
import type { Message } from "#app/messages/catalogue.ts";
import type { PageLanguage } from "#app/messages/languages.ts";
import type { PublicQuery, Snapshot } from "#app/public-pages.ts";

/*
 * What a request carries. The Worker sets how it is configured, what it knows of the request, and what the request may
 * use; the middleware adds who asks and what they sent. What becomes known on the way stands in one record.
 */

/** What the Worker was configured with and every page may know. */
export type Site = {
  /** The one origin of this forum, for absolute links; never taken from a request. */
  origin: string;
  face: SiteFace;
  /** The language of readers' pages, and of members who chose none. */
  language: PageLanguage;
  /** Whether posts show pictures. Members may want links where they do. */
  pictures: PictureStyle;
  /** Clerk's hosted pages. */
  signInUrl: string;
  signUpUrl: string;
  accountUrl: string;
};

export const siteContext = createContext<Site>();

export type ClerkOptions = NonNullable<Parameters<typeof clerkMiddleware>[0]>;

/** How Clerk's middleware is to check sessions: with Clerk's secret in it, so for nothing else. */
export const clerkContext = createContext<ClerkOptions>();

/** What a request proves, as Clerk's middleware has verified it. Of a session with something left to do, nothing. */
export type Auth = {
  userId: string | null;
  sessionId: string | null;
  /** What Clerk's script begins with. */
  clerk: Awaited<ReturnType<typeof rootAuthLoader>>;
};

/** Set by Clerk's middleware; not there for readers. */
export const authContext = createContext<Auth>();

/** A request that is forged, oversized, or of a kind that nothing here takes. */
export type PageRefusal = { status: 403 | 405 | 413; message: Message };

/** What the Worker knows of a request before any page does. */
export type RequestFacts = {
  /** Names the request in logs and on error pages. */
  id: string;
  /** Whether one document serves everyone: no cookies, no Clerk, no JavaScript. */
  isReader: boolean;
  /** Marks our own inline scripts for the Content-Security-Policy; empty where no script may run. */
  nonce: string;
  /** What is to be shown as a page in place of an answer, or null. */
  refusal: PageRefusal | null;
};

export const requestContext = createContext<RequestFacts>();

/** The request's own database connection. */
export const databaseContext = createContext<Database>();

/** Shows pictures of other hosts in what is rendered. */
export const showElsewhereContext = createContext<ShowElsewhere>();

/** Finds the rows of a page that are the same for everyone, and says whether they are from before an outage. */
export type Snapshots = <Rows>(query: PublicQuery<Rows>) => Promise<Snapshot<Rows> & { isCopy: boolean }>;

export const snapshotsContext = createContext<Snapshots>();

/** Where the held form with this id is kept: a session of its own, so that no form can overwrite another. */
export type HeldForms = (id: string) => SessionStorage<{ form: HeldForm }>;

export const heldFormsContext = createContext<HeldForms>();

/** Stores a picture's bytes under its name. Throws where that fails. */
export type KeepPicture = (picture: PictureName, file: PictureFile) => Promise<void>;

/** How pictures are stored; null where this forum takes none. */
export const keepPictureContext = createContext<KeepPicture | null>(null);

/** The form that an unsafe request carries, with its submission id. Set by the kept-form middleware. */
export const formContext = createContext<FormData>();

/** Who asks, as the database knows them; null for the signed-out. Set by the viewer middleware. */
export const viewerContext = createContext<Viewer | null>(null);

/** The viewer's own votes on the replies of the page, and the present scores; empty for the signed-out. */
export const votesContext = createContext<ReplyVote[]>([]);

/** What becomes known of a request while it is answered, and what the Worker does about it afterwards. */
export type RequestRecord = {
  /** The pattern of the route that answers, with its slash; what matched no route stays at `/*`. */
  route: string;
  /** What an unsafe request carried, so that an error page can give it back. */
  keptForm: HeldForm | null;
  /** Set where the database is away: how old the oldest copy on the page is, and whether a member was not recognised. */
  outage: Outage | null;
  /** The facts that the page shows: it may be kept until one of them changes (app/domain/facts.ts). */
  shows: Set<Fact>;
  /** When the oldest of its rows were read (milliseconds since 1970); null for a page without any. */
  madeAt: number | null;
};

export type Outage = { madeAt: number | null; isMember: boolean };

export const recordContext = createContext<RequestRecord>();

/** The record of a request of which nothing is known yet. */
export function newRecord(): RequestRecord {
  return {
    route: "/*",
    keptForm: null,
    outage: null,
    shows: new Set(),
    madeAt: null,
  };
}
