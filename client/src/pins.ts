/** What is pinned in the conversations that somebody looks at: read as a list, and again after each
 * event that may have changed it. */
import type { ChatEvent, Id, Pinned } from "./api.ts";
import type { Asker } from "./asker.ts";
import { ObservedMap } from "./observable.ts";

export class Pins {
  readonly observed = new ObservedMap<readonly Pinned[] | undefined>((id) => this.#known.get(id)?.pins);
  #asker: Asker;
  /** `asked`: how often, so that an older answer than the newest question changes nothing. */
  #known = new Map<Id, { pins?: readonly Pinned[]; asked: number }>();

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  /** From here on they are known, until forget(). */
  async read(conversation: Id): Promise<void> {
    const known = this.#known.get(conversation) ?? { asked: 0 };
    this.#known.set(conversation, known);
    const asked = ++known.asked;
    try {
      const { pins } = await this.#asker.ask("conversation.pins", { conversation });
      if (asked !== known.asked) return;
      known.pins = pins;
      this.observed.touch(conversation);
    } catch {
      // No connection, or not one's own any more: the next one who opens it asks anew.
    }
  }

  applied(event: ChatEvent): void {
    if (event.type === "hide") this.readAgain(event.subject);
    const { conversation } = event;
    const known = this.#known.get(conversation);
    if (!known) return;
    const about = "target" in event && known.pins?.some(({ message }) => message.seq === event.target);
    if (about || event.type === "pin" || event.type === "unpin") void this.read(conversation);
  }

  /** Something in it went without an event. */
  readAgain(conversation: Id): void {
    if (this.#known.has(conversation)) void this.read(conversation);
  }

  forget(conversation: Id): void {
    this.#known.delete(conversation);
    this.observed.touch(conversation);
  }

  clear(): void {
    this.#known.clear();
    this.observed.touchAll();
  }
}
