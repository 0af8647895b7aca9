/** What somebody knows of what they sent, after the last answer: it was taken, it was refused, or nobody can say. */
export type Outcome = "acknowledged" | "refused" | "unknown";

/** Something that was posted under a submission id, and what may stand there now. */
export type Post = {
  name: string;
  authorId: string;
  outcome: Outcome;
  /** Title (of an opening post) and body. More than one where nobody was told how an edit ended. */
  texts: Set<string>;
  deleted: Set<boolean>;
  /** Where its author was led. */
  places: Set<string>;
};

/** What everybody was told, to be held against what is there in the end. */
export class Ledger {
  /** By submission id. */
  readonly posts = new Map<string, Post>();
  /** What each voter's vote may be, by reply and voter: what was acknowledged last, and what nobody can say. */
  readonly votes = new Map<string, Set<number>>();
  /** The newest state of a person that was acknowledged; null for one that was only told of by a forger. */
  readonly people = new Map<string, number | null>();
  /** Words that were refused and stand nowhere. */
  readonly refused = new Set<string>();
  /** Answers that nobody should have got. */
  readonly problems: string[] = [];
  /** Writes that were answered 2xx or 3xx. */
  acknowledged = 0;
  /** Answers 503, and connections that were lost. */
  unavailable = 0;

  #waiting = new Set<() => void>();

  /** Resolves when `isReached` holds; it is asked again after each answer. */
  until(isReached: (ledger: Ledger) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isReached(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** To be called after each answer. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
