import { pageOfReply } from "./paging.ts";

/**
 * A fact that pages show, by name. A page that is kept says which facts it shows, and a change drops every page
 * that shows a fact which is another now. One name stands for one fact, so that a page which shows nothing
 * of a change stays. They are words of 7-bit letters without spaces or commas, as `Cache-Tag` asks.
 */
export type Fact = string;

/** Everything: what an import changes. Every page shows it. */
export const FORUM: Fact = "forum";

/** The categories: which there are, what is said of them, and in which order. Every page with the forum's frame shows it. */
export const CATEGORIES: Fact = "categories";

/** The lists of threads across categories. */
export const LISTS: Fact = "lists";

/** A category's list of threads and its counts. `id` is its key. */
export const listOf = (id: string): Fact => `list-${id}`;

/** That a thread is there, its title and its state, wherever they show. */
export const thread = (number: number): Fact => `thread-${number}`;

/** How many replies a thread has, and how many pages. */
export const repliesOf = (thread: number): Fact => `replies-${thread}`;

/** The words and scores on a page of a thread. */
export const pageOf = (thread: number, page: number): Fact => `page-${thread}-${page}`;

/** The same, of the page on which a reply stands. */
export const pageWith = (thread: number, reply: number): Fact => pageOf(thread, pageOfReply(reply));

/** A member's name, picture and standing, wherever they show. */
export const member = (id: string): Fact => `member-${id}`;

/** The threads that a member started, and their counts, as the member's own page lists them. */
export const threadsBy = (member: string): Fact => `threads-by-${member}`;

/** The replies that a member wrote, as the member's own page lists them. */
export const repliesBy = (member: string): Fact => `replies-by-${member}`;

/** A picture's bytes, at every address of it. `hash` is what its address begins with. */
export const picture = (hash: string): Fact => `picture-${hash}`;
