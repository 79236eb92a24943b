/** Whom one blocks: read as a list, then kept up by the events of one's own log. */
import type { ChatEvent, Id } from "./api.ts";
import type { Asker } from "./asker.ts";
import { Value } from "./observable.ts";

export class Blocks {
  readonly users = new Value<readonly Id[]>([]);
  #asker: Asker;
  /** How often there was a reason to doubt it: a list that was asked for before is too old. */
  #doubts = 0;
  #reading: Promise<void> | undefined;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  /** Whatever events were missed, it is right after this. */
  read(): Promise<void> {
    this.#doubts++;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  applied(event: ChatEvent): void {
    if (event.type !== "block" && event.type !== "unblock") return;
    this.#doubts++;
    const others = this.users.get().filter((user) => user !== event.user);
    this.users.set(event.type === "block" ? [...others, event.user] : others);
  }

  clear(): void {
    this.#doubts++;
    this.users.set([]);
  }

  async #read(): Promise<void> {
    for (let asked = -1; asked !== this.#doubts; ) {
      asked = this.#doubts;
      const { users } = await this.#asker.ask("user.blocked", {});
      if (asked === this.#doubts) this.users.set(users);
    }
  }
}
