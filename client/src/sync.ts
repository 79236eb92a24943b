/**
 * Compares the inbox: asks which conversations changed since a token and has them looked at. It
 * is what finds the lost last push, which no later seq betrays, and all that happened while the
 * device was away.
 *
 * The token is stored in one batch with the heads it stands for, never before them. A device
 * without a token takes one first and then pages the list, and that of requests, so that nothing
 * falls between.
 */
import type { ConversationListReply, Entry, SyncReply } from "./api.ts";
import { LIMITS } from "./api.ts";
import type { Asker } from "./asker.ts";
import type { Clock } from "./clock.ts";
import { jittered } from "./clock.ts";
import { asParleyError } from "./error.ts";
import type { Shelf } from "./shelf.ts";
import type { Change, Pair } from "./storage.ts";
import { COPY, under } from "./storage.ts";

/** Once more after connecting: what was under way while we subscribed has landed by then. */
const AGAIN_MS = 3000;
const EVERY_MS = 5 * 60 * 1000;
const EVERY_PART = 0.2;
const KEY = `${COPY}sync`;

interface SyncState {
  token: string;
  incarnation: string;
}

export interface SyncHandlers {
  /** The store was restored: the copies are gone, cursors begin anew. */
  restored(): Promise<void>;
  /** A compare is through. */
  compared(): void;
}

export class Sync {
  #clock: Clock;
  #asker: Asker;
  #shelf: Shelf;
  #handlers: SyncHandlers;
  #state: SyncState | undefined;
  #running = false;
  #again = false;
  #online = false;
  #lost = 0;
  /** Told apart from what was asked before startOver() or load(). */
  #epoch = 0;
  #starting: Promise<void> | undefined;
  #cancelAgain: (() => void) | undefined;
  #cancelEvery: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, asker: Asker, shelf: Shelf, handlers: SyncHandlers) {
    this.#clock = clock;
    this.#asker = asker;
    this.#shelf = shelf;
    this.#handlers = handlers;
  }

  /** Goes on from what was kept; from nothing: as a new device. */
  load(kept: readonly Pair[]): void {
    this.#epoch++;
    this.#state = undefined;
    for (const [, state] of under<SyncState>(kept, KEY)) this.#state = state;
  }

  /** What is to be kept of it. */
  all(): Change[] {
    return this.#state ? [this.#put()] : [{ drop: KEY }];
  }

  /** A connection is up. */
  online(incarnation: string): void {
    this.#online = true;
    this.#lost = 0;
    const restored = this.#state !== undefined && this.#state.incarnation !== incarnation;
    void (restored ? this.startOver() : this.compare());
    this.#compareIn(AGAIN_MS);
    this.#plan();
  }

  offline(): void {
    this.#online = false;
    this.#cancelAgain?.();
    this.#cancelEvery?.();
  }

  /** The answer to a beat: of the events meant for us fewer arrived. */
  beat(pushed: number, received: number): void {
    const lost = pushed - received;
    if (lost <= this.#lost) return;
    this.#lost = lost;
    void this.compare();
  }

  /** Resolves when a compare that began after the call is through, or the connection is lost. */
  compare(): Promise<void> {
    const through = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#running) this.#again = true;
    else void this.#run();
    return through;
  }

  /** Resolves when the list of conversations is here, or cannot be had on this connection. */
  listed(): Promise<void> {
    return this.#state ? Promise.resolve() : this.compare();
  }

  /** Drops all copies and begins as a new device. */
  startOver(): Promise<void> {
    this.#starting ??= this.#startOver().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #startOver(): Promise<void> {
    this.#epoch++;
    this.#state = undefined;
    await this.#shelf.dropAll();
    await this.#shelf.write([{ drop: KEY }]);
    await this.compare();
    await this.#handlers.restored();
  }

  #compareIn(ms: number): void {
    this.#cancelAgain?.();
    this.#cancelAgain = this.#clock.after(ms, () => void this.compare());
  }

  #plan(): void {
    this.#cancelEvery = this.#clock.after(jittered(this.#clock, EVERY_MS, EVERY_PART), () => {
      void this.compare();
      this.#plan();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    let waiting: (() => void)[] = [];
    try {
      do {
        this.#again = false;
        waiting.push(...this.#waiting.splice(0));
        if (!this.#online) break;
        await (this.#state ? this.#changes() : this.#list());
      } while (this.#again);
      this.#handlers.compared();
    } catch (thrown) {
      const error = asParleyError(thrown);
      // A start that is under way waits for this run, or for the one after it.
      if (error.code === "truncated" && !this.#starting) {
        this.#running = false;
        await this.startOver();
      } else if (this.#online && error.transient) {
        this.#compareIn(AGAIN_MS);
      }
      // Anything else ends with the connection; the next one compares first of all.
    } finally {
      this.#running = false;
      for (const resolve of waiting) resolve();
      waiting = [];
    }
    if (this.#waiting.length > 0) void this.#run();
  }

  async #changes(): Promise<void> {
    for (let more = true; more && this.#state; ) {
      const { token, incarnation } = this.#state;
      const epoch = this.#epoch;
      const reply: SyncReply = await this.#asker.ask("sync", { token });
      if (epoch !== this.#epoch) return;
      if (reply.incarnation !== incarnation) {
        void this.startOver();
        return;
      }
      this.#state = { token: reply.token, incarnation };
      await this.#shelf.meet(reply.entries, false, [this.#put()]);
      more = reply.more;
    }
    // A head that was heard of before its event could be read.
    for (const copy of this.#shelf.all()) {
      if (copy.record.cursor < copy.record.head) void copy.fill();
    }
  }

  /** A new device: the token first. With it comes the own log, which no list has. */
  async #list(): Promise<void> {
    const epoch = this.#epoch;
    this.#shelf.listing = true;
    try {
      const { token, incarnation, entries: own } = await this.#asker.ask("sync", {});
      if (epoch !== this.#epoch) return;
      await this.#shelf.meet(own, true);
      for (const requests of [false, true]) {
        for await (const entries of this.#pages(requests)) {
          if (epoch !== this.#epoch) return;
          await this.#shelf.meet(entries, true);
        }
      }
      if (epoch !== this.#epoch) return;
      this.#state = { token, incarnation };
      await this.#shelf.write([this.#put()]);
    } finally {
      this.#shelf.listing = false;
    }
    await this.#changes();
  }

  /** Others' ticks are in no compare: they are read again with the newest conversations. */
  async readTicks(): Promise<void> {
    const reply = await this.#asker.ask("conversation.list", { limit: LIMITS.list_max });
    const known = reply.conversations.filter((entry) => this.#shelf.get(entry.conversation));
    await this.#shelf.meet(known, false);
  }

  /** The next one is on its way while one is stored. */
  async *#pages(requests: boolean): AsyncGenerator<Entry[]> {
    let next: Promise<ConversationListReply> | undefined = this.#page(requests);
    for (let at: string | undefined; next; ) {
      const { conversations, page }: ConversationListReply = await this.#had(next, requests, at);
      at = page;
      next = page === undefined ? undefined : this.#page(requests, page);
      // Whether it fails is told by waiting for it, which nobody may any more.
      next?.catch(() => {});
      yield conversations;
    }
  }

  /** One whose connection was lost while the page before it was stored is asked for on the next one, if that
   * is up: of a long list nothing is read twice. */
  async #had(asked: Promise<ConversationListReply>, requests: boolean, page?: string): Promise<ConversationListReply> {
    try {
      return await asked;
    } catch (thrown) {
      if (asParleyError(thrown).code !== "disconnected" || !this.#online) throw thrown;
      return this.#page(requests, page);
    }
  }

  #page(requests: boolean, page?: string): Promise<ConversationListReply> {
    const args = { limit: LIMITS.list_max, ...(requests ? { requests } : {}), ...(page === undefined ? {} : { page }) };
    return this.#asker.ask("conversation.list", args);
  }

  #put(): Change {
    return { put: KEY, value: this.#state };
  }
}
