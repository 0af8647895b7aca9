import type { Person, PersonDetails, Store } from "./state.ts";
import { type Keys, loadKeys } from "./tokens.ts";
import { Courier, type CourierOptions } from "./webhooks.ts";

/** One Clerk instance: where it stands, whom it knows, and how it tells the app of changes. */
export class Instance {
  readonly origin: string;
  readonly appOrigin: string;
  readonly store: Store;
  readonly keys: Keys;
  readonly courier: Courier;
  /** A word about some people, by id, for the sign-in page. */
  readonly notes = new Map<string, string>();

  constructor(origin: string, appOrigin: string, store: Store, courier: CourierOptions) {
    this.origin = origin;
    this.appOrigin = appOrigin;
    this.store = store;
    this.keys = loadKeys(store);
    this.courier = new Courier(courier);
  }

  /** `target` if it leads to the app, which is the only place that people are sent back to. */
  appUrl(target: string | null): URL | undefined {
    const url = target === null ? null : URL.parse(target, this.appOrigin);
    return url?.origin === this.appOrigin ? url : undefined;
  }

  /** Makes the demo people, once: somebody who deleted their account stays away. */
  introduce(people: (PersonDetails & { id: string; createdAt: number; note?: string })[]): void {
    const first = this.store.people().length === 0;
    for (const { note, ...person } of people) {
      if (first) this.store.addPerson(person);
      if (note !== undefined) this.notes.set(person.id, note);
    }
  }

  async createPerson(details: PersonDetails): Promise<Person> {
    const person = this.store.addPerson(details);
    await this.courier.send("user.created", person);
    return person;
  }

  async updatePerson(person: Person, details: Partial<PersonDetails>): Promise<Person> {
    const changed = this.store.changePerson(person, details);
    await this.courier.send("user.updated", changed);
    return changed;
  }

  async deletePerson(person: Person): Promise<void> {
    this.store.removePerson(person);
    await this.courier.send("user.deleted", person);
  }
}
