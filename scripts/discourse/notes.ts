/** Places named for each kind of note; the rest are counted. */
const EXAMPLES_MAX = 5;

/** What an import left out or changed, and where: counted by kind, with the first places named. */
export class Notes {
  readonly #kinds = new Map<string, { count: number; places: string[] }>();

  /** @param kind what the report calls them: `Small actions left out` */
  add(kind: string, place: string): void {
    const note = this.#kinds.get(kind) ?? { count: 0, places: [] };
    note.count += 1;
    if (note.places.length < EXAMPLES_MAX) note.places.push(place);
    this.#kinds.set(kind, note);
  }

  /** How often this kind was noted. */
  count(kind: string): number {
    return this.#kinds.get(kind)?.count ?? 0;
  }

  /** One line a kind: `Small actions left out: 20 (topic 4 post 11, topic 9 post 3 and 18 more)`. */
  lines(): string[] {
    return Array.from(this.#kinds, ([kind, { count, places }]) => {
      const more = count > places.length ? ` and ${count - places.length} more` : "";
      return `${kind}: ${count} (${places.join(", ")}${more})`;
    });
  }
}

/** The kinds of notes, as the report words them. */
export const NOTES = {
  badLine: "Lines that are no topics left out",
  repeated: "Topics that came before in the file left out",
  private: "Private messages left out",
  deletedTopic: "Deleted topics left out",
  unlisted: "Unlisted topics left out",
  noOpening: "Topics whose opening post is missing, hidden or deleted left out",
  smallAction: "Small actions (closed, split, moved …) left out",
  whisper: "Whispers among staff left out",
  repeatedPost: "Posts with a number that came before left out",
  gone: "Hidden or deleted posts brought along as deleted ones, without their text",
  empty: "Posts without text brought along as deleted ones",
  noSource: "Posts converted from their HTML",
  unconverted: "Posts that could not be converted, brought along as they stand",
  tooLong: "Posts longer than a post may be here, brought along whole",
  longTitle: "Titles longer than a title may be here, brought along whole",
  dangling: "References to a post that is not there dropped",
  handle: "People who got another handle than their old user name",
  renamedCategory: "Categories that got another name",
  categoryName: "Categories that keep the name they have here",
} as const;
