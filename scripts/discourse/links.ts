import { memberPath, replyPath, threadPath } from "#app/paths.ts";
import { escapeMarkdown, linkTo } from "./markdown-text.ts";

/** What the old forum's addresses become. */
export type OldForum = {
  host: string;
  /** The imported threads by topic id. `lastNumber` is the highest of their replies' numbers. */
  threads: ReadonlyMap<number, { number: number; title: string; lastNumber: number }>;
  /** The imported people's handles, by user name in lower case. */
  handles: ReadonlyMap<string, string>;
};

/** A place in the old forum. `post` is 1 where the link names the topic alone. */
type OldPlace = { topic: number; post: number } | { username: string };

/**
 * Where a link of an old post leads now: to our own page, where that came along; elsewhere unchanged, though a path of
 * the old forum becomes its full address, for here it would lead to something else.
 */
export function newAddress(forum: OldForum, address: string): string {
  const url = fullUrl(forum, address);
  if (!url) return address;
  if (url.host !== forum.host) return address.startsWith("/") ? url.href : address;
  const place = placeAt(url);
  return (place && pathOf(forum, place)) ?? url.href;
}

/** A bare address of a thread or a person that came along, as a link with its name; null for any other. */
export function namedLink(forum: OldForum, address: string): string | null {
  const url = fullUrl(forum, address);
  const place = url?.host === forum.host ? placeAt(url) : null;
  const path = place && pathOf(forum, place);
  if (!place || !path) return null;
  if ("username" in place) return linkTo(`@${forum.handles.get(place.username)}`, path);
  const title = escapeMarkdown(forum.threads.get(place.topic)?.title ?? "");
  return linkTo(place.post > 1 ? `${title} (#${place.post})` : title, path);
}

/** The page of an old topic's post, or null where the topic did not come along. */
export function pathOfPost(forum: OldForum, topic: number, post: number): string | null {
  return pathOf(forum, { topic, post });
}

function pathOf(forum: OldForum, place: OldPlace): string | null {
  if ("username" in place) {
    const handle = forum.handles.get(place.username);
    return handle === undefined ? null : memberPath(handle);
  }
  const thread = forum.threads.get(place.topic);
  if (!thread) return null;
  const isReply = place.post > 1 && place.post <= thread.lastNumber;
  return isReply ? replyPath(thread, place.post) : threadPath(thread);
}

/** A web address, with the paths of the old forum made whole; null for anything else. */
function fullUrl({ host }: OldForum, address: string): URL | null {
  return /^(?:https?:\/\/|\/)/i.test(address) ? URL.parse(address, `https://${host}`) : null;
}

/** Discourse's `/t/SLUG/ID/POST` with either end left out, and `/u/NAME`. */
function placeAt(url: URL): OldPlace | null {
  const [kind, ...parts] = url.pathname.split("/").filter((part) => part !== "");
  if ((kind === "u" || kind === "users") && parts[0]) return { username: decoded(parts[0]).toLowerCase() };
  if (kind !== "t") return null;
  const hasSlug = !isNumber(parts[0]) || (isNumber(parts[1]) && isNumber(parts[2]));
  const [topic, post] = hasSlug ? parts.slice(1) : parts;
  return isNumber(topic) ? { topic: Number(topic), post: isNumber(post) ? Number(post) : 1 } : null;
}

function isNumber(part: string | undefined): part is string {
  return part !== undefined && /^\d{1,9}$/.test(part);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
