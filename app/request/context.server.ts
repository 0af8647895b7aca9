import type { clerkMiddleware } from "@clerk/react-router/server";
import { createContext, type SessionStorage } from "react-router";
import type { Database } from "#app/db/client.server.ts";
import type { Part } from "#app/db/parts.server.ts";
import type { HeldForm } from "#app/domain/held-form.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { ReplyVote } from "#app/domain/views.ts";

/** What the Worker was configured with and every page may know. */
export type Site = {
  /** The one origin of this forum, for absolute links; never taken from a request. */
  origin: string;
  name: string;
  /** Clerk's hosted pages. */
  signInUrl: string;
  signUpUrl: string;
};

export const siteContext = createContext<Site>();

/** The request's own database connection. */
export const databaseContext = createContext<Database>();

/** Who asks, as the database knows them; null for the signed-out. Set by the viewer middleware. */
export const viewerContext = createContext<Viewer | null>(null);

/** The viewer's own votes on the replies of the page, and the present scores; empty for the signed-out. */
export const votesContext = createContext<ReplyVote[]>([]);

/** True where one document serves everyone: no cookies, no Clerk, no JavaScript. */
export const readerContext = createContext<boolean>(false);

export type ClerkOptions = NonNullable<Parameters<typeof clerkMiddleware>[0]>;

/** How Clerk's middleware is to check sessions. */
export const clerkContext = createContext<ClerkOptions>();

/** Marks our own inline scripts for the Content-Security-Policy. */
export const cspNonceContext = createContext<string>("");

/** Names the request in logs and on error pages. */
export const requestIdContext = createContext<string>("");

/** The pattern of the route that answers, with its slash; what matched no route stays at this one. */
export const routeContext = createContext<{ current: string }>();

/** What the Worker has already decided: the request is forged, oversized, or of a kind that nothing here takes. */
export type PageRefusal = { status: 403 | 405 | 413; message: string };

/** A refusal that is to be shown as a page, or null. */
export const refusalContext = createContext<PageRefusal | null>(null);

/** The browser's session that holds forms for a while. */
export const heldFormsContext = createContext<SessionStorage<{ forms: HeldForm[] }>>();

/** The form that an unsafe request carries, with its submission id. */
export const formContext = createContext<FormData>();

/** What an unsafe request carried, so that an error page can give it back. */
export const keptFormContext = createContext<{ current: HeldForm | null }>();

/** A part as it was read: when (milliseconds since 1970), and whether it is a copy from before an outage. */
export type ReadPart<Data> = { data: Data; madeAt: number; isCopy: boolean };

/** Reads the parts of pages that are the same for everyone. How fresh they must be depends on who asks. */
export type PartReader = {
  read<Data>(part: Part<Data>): Promise<ReadPart<Data>>;
  /** The copy of a part from before an outage, or null: for whoever has waited for the database already. */
  copyOf<Data>(part: Part<Data>): Promise<ReadPart<Data> | null>;
};

export const partsContext = createContext<PartReader>();

/** What becomes known of a request while it is answered, and what the Worker does about it afterwards. */
export type PageRecord = {
  /** What the page shows: it may be kept until one of these changes (app/domain/tags.ts). */
  shown: Set<string>;
  /** What the request has changed: pages that show it are dropped. */
  changed: Set<string>;
  /** What the request has taken from everybody's sight: copies that are kept for an outage go too. */
  withdrawn: Set<string>;
  /** Set where the database is away: how old the oldest copy on the page is, and whether a member was not recognised. */
  outage: Outage | null;
};

export type Outage = { madeAt: number | null; isMember: boolean };

export const pageRecordContext = createContext<PageRecord>();
