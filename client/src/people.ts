/** Names of people, asked for when first shown and kept for the life of the page. */
import type { Id, Person } from "./api.ts";
import type { Asker } from "./asker.ts";
import { ObservedMap } from "./observable.ts";

/** Beyond it the oldest are forgotten, and asked for again if shown. */
const PEOPLE_MAX = 5000;

export class People {
  readonly observed = new ObservedMap<Person | undefined>((user) => this.get(user));
  #asker: Asker;
  #changed: (user: Id) => void;
  #online: () => boolean;
  #known = new Map<Id, Person>();
  #asked = new Set<Id>();

  constructor(asker: Asker, online: () => boolean, changed: (user: Id) => void) {
    this.#asker = asker;
    this.#online = online;
    this.#changed = changed;
  }

  /** Who it is, if known; if not, it will be told. */
  get(user: Id): Person | undefined {
    const known = this.#known.get(user);
    if (!known) this.#ask(user);
    return known;
  }

  take(people: readonly Person[]): void {
    for (const { user, username, display_name, deleted } of people) {
      const old = this.#known.get(user);
      if (old && old.username === username && old.display_name === display_name && old.deleted === deleted) continue;
      if (!old && this.#known.size >= PEOPLE_MAX) this.#forgetOldest();
      const named = username !== undefined && display_name !== undefined;
      this.#known.set(user, { user, ...(named ? { username, display_name } : {}), ...(deleted ? { deleted } : {}) });
      this.observed.touch(user);
      this.#changed(user);
    }
  }

  /** Those who were wanted while there was no connection. */
  online(): void {
    const wanted = [...this.#asked];
    this.#asked.clear();
    for (const user of wanted) this.#ask(user);
  }

  /** The name may have changed, or the account be deleted. */
  refresh(user: Id): void {
    this.#asked.delete(user);
    this.#ask(user);
  }

  clear(): void {
    this.#known.clear();
    this.#asked.clear();
    this.observed.touchAll();
  }

  #ask(user: Id): void {
    if (this.#asked.has(user)) return;
    this.#asked.add(user);
    if (!this.#online()) return;
    this.#asker.ask("user.get", { user }).then(
      (reply) => {
        this.#asked.delete(user);
        this.take([reply]);
      },
      // Asked again on the next connection.
      () => {},
    );
  }

  #forgetOldest(): void {
    for (const user of this.#known.keys()) {
      this.#known.delete(user);
      return;
    }
  }
}
