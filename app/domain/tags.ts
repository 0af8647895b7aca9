/**
 * Names for what a page shows. A page that is kept carries them, and a change drops every page that carries one of
 * its names. They are words of 7-bit letters without spaces or commas, as `Cache-Tag` asks.
 */

/** Every list of threads across categories, and the counts beside it. */
export const LISTS_TAG = "lists";

/** A thread: its title and state wherever they are listed, and its replies. */
export function threadTag(number: number): string {
  return `thread-${number}`;
}

/** A reply, where its words are: on its thread's page, and among its author's replies. */
export function replyTag(thread: number, number: number): string {
  return `reply-${thread}-${number}`;
}

/** A category: its name, its counts, its list. */
export function categoryTag(slug: string): string {
  return `category-${slug}`;
}

/** What shows that something was written, deleted or restored: the thread, the lists that it stands in, its author's page. */
export function activityTags(post: { thread: number; category: string; authorId: string }): string[] {
  return [threadTag(post.thread), LISTS_TAG, categoryTag(post.category), memberTag(post.authorId)];
}

/** A member: their name and picture wherever they wrote, and the lists on their own page. */
export function memberTag(userId: string): string {
  return `member-${userId}`;
}
