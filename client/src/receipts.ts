/**
 * Tells the server how far this device has stored (if it is this tab that stores) and the person has read. Only the newest mark
 * of a conversation matters, so marks that come close together leave as one command, and one that
 * was lost with a connection is simply found behind on the next.
 */
import type { Id } from "./api.ts";
import type { Clock } from "./clock.ts";
import { jittered } from "./clock.ts";
import type { Asker } from "./asker.ts";
import type { Copy } from "./copy.ts";
import type { Shelf } from "./shelf.ts";

/** Marks of one conversation that come within it leave together. */
const COALESCE_MS = 50;

export class Receipts {
  #clock: Clock;
  #asker: Asker;
  #shelf: Shelf;
  #online: () => boolean;
  #keeps: () => boolean;
  #pending = new Set<Id>();

  /** `keeps`: what this tab is told is stored by it. */
  constructor(clock: Clock, asker: Asker, shelf: Shelf, online: () => boolean, keeps: () => boolean) {
    this.#clock = clock;
    this.#asker = asker;
    this.#shelf = shelf;
    this.#online = online;
    this.#keeps = keeps;
  }

  /** The copy was stored, or its read mark moved: tells what the server does not have yet. */
  check(copy: Copy): void {
    if (this.#pending.has(copy.id) || !this.#online() || !this.#behind(copy)) return;
    this.#pending.add(copy.id);
    this.#clock.after(jittered(this.#clock, COALESCE_MS, 0.2), () => void this.#flush(copy.id));
  }

  checkAll(): void {
    for (const copy of this.#shelf.all()) this.check(copy);
  }

  async #flush(id: Id): Promise<void> {
    const copy = this.#shelf.get(id);
    try {
      if (copy) await this.#tell(copy);
    } catch {
      // On the next connection, or with the next event, it is found behind again.
      this.#pending.delete(id);
      return;
    }
    this.#pending.delete(id);
    if (copy) this.check(copy);
  }

  async #tell(copy: Copy): Promise<void> {
    const { record, stored } = copy;
    const read = Math.min(record.read, stored);
    if (read > record.read_there) {
      const reply = await this.#asker.ask("receipt.read", { conversation: copy.id, seq: read });
      record.read_there = Math.max(record.read_there, reply.read);
      record.delivered_there = Math.max(record.delivered_there, reply.read);
    }
    if (this.#owes(copy)) {
      const args = { conversation: copy.id, seq: stored };
      const reply = await this.#asker.ask("receipt.delivered", args);
      record.delivered_there = Math.max(record.delivered_there, reply.delivered);
    }
  }

  #behind(copy: Copy): boolean {
    const { record, stored } = copy;
    return !record.left && (Math.min(record.read, stored) > record.read_there || this.#owes(copy));
  }

  #owes({ record, stored }: Copy): boolean {
    return this.#keeps() && Math.min(record.owed, stored) > record.delivered_there;
  }
}
