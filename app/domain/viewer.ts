import type { Language } from "#app/messages/languages.ts";

export type Role = "member" | "moderator" | "admin";
export type ColorScheme = "system" | "light" | "dark";
export type DateStyle = "relative" | "absolute";
/** Whether posts show their pictures, or links to them. */
export type PictureStyle = "shown" | "links";

/** The member who makes the request, as the database knows them now (never as their token says). */
export type Viewer = {
  id: string;
  handle: string;
  imageUrl: string | null;
  role: Role;
  /** ISO time; in the past or null: not suspended. */
  suspendedUntil: string | null;
  suspensionReason: string | null;
  /** Their account at Clerk is gone, though the session token has not run out yet. */
  isDeleted: boolean;
  colorScheme: ColorScheme;
  dateStyle: DateStyle;
  /** The language they chose, or null for the forum's own. */
  language: Language | null;
  /** They want links in place of pictures. */
  picturesAsLinks: boolean;
};

/** Whether this member keeps order here: moderators and admins. */
export function isStaff(viewer: Viewer | null): boolean {
  return viewer !== null && (viewer.role === "moderator" || viewer.role === "admin");
}

/** Whether the member is suspended at `now`. */
export function isSuspended(viewer: Viewer, now: Date): boolean {
  return viewer.suspendedUntil !== null && new Date(viewer.suspendedUntil) > now;
}
