/** Names of people, asked for when first wanted and kept. Those of before a restart are there at once, and
 * asked for again when one sees them: an event that changed one may have been missed. Not before, since
 * a list of 5,000 has most of them out of sight. */
import type { Id, Person } from "./api.ts";
import type { Asker } from "./asker.ts";
import type { Clock } from "./clock.ts";
import { asParleyError } from "./error.ts";
import { ObservedMap } from "./observable.ts";
import type { Change, Pair } from "./storage.ts";
import { COPY, under } from "./storage.ts";

const PREFIX = `${COPY}person/`;

/** Beyond it the oldest are forgotten, and asked for again if shown. */
const PEOPLE_MAX = 5000;

/** What the server could not answer now is asked again after so long. */
const AGAIN_MS = 30_000;

export interface PeopleHost {
  online(): boolean;
  changed(user: Id): void;
  write(changes: Change[]): Promise<void>;
}

export class People {
  readonly observed = new ObservedMap<Person | undefined>((user) => {
    this.seen(user);
    return this.get(user);
  });
  #clock: Clock;
  #asker: Asker;
  #host: PeopleHost;
  #known = new Map<Id, Person>();
  /** Those known from before a restart, and not asked for since. */
  #old = new Set<Id>();
  #asked = new Set<Id>();
  /** Of those asked for: who is asked for again in a while. */
  #unanswered = new Set<Id>();
  #cancelAgain: (() => void) | undefined;

  constructor(clock: Clock, asker: Asker, host: PeopleHost) {
    this.#clock = clock;
    this.#asker = asker;
    this.#host = host;
  }

  load(kept: readonly Pair[]): void {
    for (const [user, person] of under<Person>(kept, PREFIX)) {
      this.#known.set(user, person);
      this.#old.add(user);
    }
  }

  /** What is to be kept of them. */
  all(): Change[] {
    return [{ drop_prefix: PREFIX }, ...[...this.#known.values()].map(put)];
  }

  /** Who it is, if known; if not, it will be told. */
  get(user: Id): Person | undefined {
    const known = this.#known.get(user);
    if (!known) this.#ask(user);
    return known;
  }

  /** One has it before one's eyes. */
  seen(user: Id): void {
    if (this.#old.delete(user)) this.#ask(user);
  }

  take(people: readonly Person[]): void {
    const changes: Change[] = [];
    for (const { user, username, display_name, deleted } of people) {
      const old = this.#known.get(user);
      // For good; but a list of members may be from before.
      if (old?.deleted) continue;
      if (old && old.username === username && old.display_name === display_name && old.deleted === deleted) continue;
      if (!old && this.#known.size >= PEOPLE_MAX) changes.push(...this.#forgetOldest());
      const named = username !== undefined && display_name !== undefined;
      const person = { user, ...(named ? { username, display_name } : {}), ...(deleted ? { deleted } : {}) };
      this.#known.set(user, person);
      changes.push(put(person));
      this.observed.touch(user);
      this.#host.changed(user);
    }
    if (changes.length > 0) void this.#host.write(changes);
  }

  /** Those who were wanted while there was no connection. */
  online(): void {
    this.offline();
    this.#askAgain([...this.#asked]);
  }

  /** Nobody is asked for until there is a connection again. */
  offline(): void {
    this.#cancelAgain?.();
    this.#cancelAgain = undefined;
    this.#unanswered.clear();
  }

  /** The name may have changed, or the account be deleted. */
  refresh(user: Id): void {
    this.#asked.delete(user);
    this.#ask(user);
  }

  clear(): void {
    this.offline();
    this.#known.clear();
    this.#old.clear();
    this.#asked.clear();
    this.observed.touchAll();
  }

  #ask(user: Id): void {
    if (this.#asked.has(user)) return;
    this.#asked.add(user);
    if (!this.#host.online()) return;
    // A new device's list wants thousands: neither its next page nor a history that one opens is behind them.
    this.#asker.askLater("user.get", { user }).then(
      (reply) => {
        this.#asked.delete(user);
        this.take([reply]);
      },
      (thrown) => {
        // Without a connection: asked again on the next one.
        if (asParleyError(thrown).transient && this.#host.online()) this.#askInAWhile(user);
      },
    );
  }

  #askInAWhile(user: Id): void {
    this.#unanswered.add(user);
    this.#cancelAgain ??= this.#clock.after(AGAIN_MS, () => {
      const wanted = [...this.#unanswered].filter((one) => this.#asked.has(one));
      this.offline();
      this.#askAgain(wanted);
    });
  }

  #askAgain(users: readonly Id[]): void {
    for (const user of users) this.#asked.delete(user);
    for (const user of users) this.#ask(user);
  }

  #forgetOldest(): Change[] {
    for (const user of this.#known.keys()) {
      this.#known.delete(user);
      return [{ drop: PREFIX + user }];
    }
    return [];
  }
}

function put(person: Person): Change {
  return { put: PREFIX + person.user, value: person };
}
