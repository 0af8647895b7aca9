import { href } from "react-router";
import { pageOfReply, type Sort } from "./domain/paging.ts";
import { slugify } from "./domain/text.ts";

/*
 * Every address that a page of this forum links to or sends a form to, as a path of this site. `…Path` is a page to read,
 * `…Action` takes a form alone. `href` checks each against app/routes.ts when types are checked.
 */

type ThreadName = { number: number; title: string };

/** The home page. */
export function homePath(): string {
  return href("/");
}

/** A category's page. */
export function categoryPath(slug: string): string {
  return href("/c/:category", { category: slug });
}

/** The page of a list at `path`, in this order; from its beginning, or after a cursor. */
export function listPath(path: string, sort: Sort, after: string | null = null): string {
  return withQuery(path, { sort: sort === "latest" ? null : sort, after });
}

/** The form of a new thread; `category` (a slug) is chosen already. It is sent to the address without one. */
export function newThreadPath(category: string | null = null): string {
  return withQuery(href("/t/new"), { category });
}

/** A thread's page (1, 2, …): `/t/12/its-title?page=2`. */
export function threadPath(thread: ThreadName, page = 1): string {
  const path = href("/t/:number/:slug?", { number: String(thread.number), slug: slugOf(thread.title) });
  return withQuery(path, { page: page > 1 ? page : null });
}

/** Titles whose slugs are kept: a page names its threads many times, and one list follows another. */
const SLUGS_MAX = 500;
const slugs = new Map<string, string>();

/** The readable part of a thread's address. */
export function slugOf(title: string): string {
  const known = slugs.get(title);
  if (known !== undefined) return known;
  if (slugs.size >= SLUGS_MAX) slugs.clear();
  const slug = slugify(title);
  slugs.set(title, slug);
  return slug;
}

/** Where a moderator locks a thread, and opens it again. */
export function lockAction(thread: number): string {
  return href("/t/:number/moderation/lock", { number: String(thread) });
}

/** Where a moderator pins a thread, and takes the pin off. */
export function pinAction(thread: number): string {
  return href("/t/:number/moderation/pin", { number: String(thread) });
}

/** The permalink of a reply: its thread, its page, its place on it. */
export function replyPath(thread: ThreadName, reply: number): string {
  return `${threadPath(thread, pageOfReply(reply))}#reply-${reply}`;
}

type Answered = { to?: number; isQuoted?: boolean };

/** The form of a reply in a thread; to one of its replies, quoted or not. It is sent to the address without either. */
export function newReplyPath(thread: number, { to, isQuoted }: Answered = {}): string {
  const path = href("/t/:number/replies/new", { number: String(thread) });
  return withQuery(path, { to: to ?? null, quote: isQuoted ? "true" : null });
}

/** The form that edits a reply. */
export function editPath(thread: number, reply: number): string {
  return href("/t/:number/replies/:reply/edit", numbersOf(thread, reply));
}

/** Where an author deletes a reply, and brings it back. */
export function deleteAction(thread: number, reply: number): string {
  return href("/t/:number/replies/:reply/delete", numbersOf(thread, reply));
}

/** Where a member votes on a reply. */
export function voteAction(thread: number, reply: number): string {
  return href("/t/:number/replies/:reply/vote", numbersOf(thread, reply));
}

function numbersOf(thread: number, reply: number): { number: string; reply: string } {
  return { number: String(thread), reply: String(reply) };
}

/** Where the script of a composer sends pictures. */
export function uploadAction(): string {
  return href("/media");
}

/** A member's page. */
export function memberPath(handle: string): string {
  return href("/u/:handle", { handle });
}

type Before = { time: string; id: string | number };

/** What a member started, or what they replied; from the newest on, or from before an entry of the list. */
export function memberListPath(
  handle: string,
  show: "threads" | "replies",
  before: Before | null = null,
): string {
  const isDefault = show === "threads" && !before;
  const query = { show: isDefault ? null : show, before: before?.time ?? null, id: before?.id ?? null };
  return withQuery(memberPath(handle), query);
}

/** The viewer's settings; once `isSaved`, the page says so. */
export function settingsPath({ isSaved = false } = {}): string {
  return isSaved ? `${href("/settings")}?saved` : href("/settings");
}

type BeforePicture = { time: string; hash: string };

/** What the viewer has uploaded; from the newest on, or from before a picture. */
export function ownPicturesPath(before: BeforePicture | null = null): string {
  return withQuery(href("/settings/pictures"), { before: before?.time ?? null, id: before?.hash ?? null });
}

/** What a member has uploaded, for admins. */
export function memberPicturesPath(handle: string, before: BeforePicture | null = null): string {
  const path = href("/u/:handle/pictures", { handle });
  return withQuery(path, { before: before?.time ?? null, id: before?.hash ?? null });
}

/** The sign-in address that comes back to `returnTo`, a path of this site. */
export function signInPath(returnTo: string): string {
  return withQuery(href("/sign-in"), { return_to: returnTo });
}

/** Where a member signs out. */
export function signOutAction(): string {
  return href("/sign-out");
}

/** Where somebody goes on with a form that is held for them. */
export function continuePath(id: string): string {
  return href("/continue/:id", { id });
}

/** `path` with what is given of the query, in this order. */
function withQuery(path: string, query: Record<string, string | number | null>): string {
  const given: string[] = [];
  for (const [name, value] of Object.entries(query))
    if (value !== null) given.push(`${name}=${encodeURIComponent(value)}`);
  return given.length > 0 ? `${path}?${given.join("&")}` : path;
}
