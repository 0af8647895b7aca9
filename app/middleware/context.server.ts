import type { clerkMiddleware } from "@clerk/react-router/server";
import { createContext, type SessionStorage } from "react-router";
import type { Database } from "#app/db/client.server.ts";
import type { HeldForm } from "#app/domain/held-form.ts";
import type { Viewer } from "#app/domain/viewer.ts";

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

/** True where one document serves everyone: no cookies, no Clerk, no JavaScript. */
export const readerContext = createContext<boolean>(false);

export type ClerkOptions = NonNullable<Parameters<typeof clerkMiddleware>[0]>;

/** How Clerk's middleware is to check sessions. */
export const clerkContext = createContext<ClerkOptions>();

/** Marks our own inline scripts for the Content-Security-Policy. */
export const cspNonceContext = createContext<string>("");

/** Names the request in logs and on error pages. */
export const requestIdContext = createContext<string>("");

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
