/** What one starred: read as a list, then kept up by the events of one's own log. */
import type { ChatEvent, EventHide, Id, Seq } from "./api.ts";
import type { Asker } from "./asker.ts";
import { ObservedMap } from "./observable.ts";

/** So many pages are read, the newest messages first. What is older shows when somebody pages the
 * list of all that is starred. */
const PAGES_MAX = 10;
const NONE: readonly Seq[] = [];

export class Stars {
  /** By conversation, ascending. */
  readonly observed = new ObservedMap<readonly Seq[]>((conversation) =>
    [...(this.#seqs.get(conversation) ?? NONE)].sort((a, b) => a - b));
  #asker: Asker;
  #seqs = new Map<Id, Set<Seq>>();
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
    if (event.type === "hide") this.#hide(event);
    if (event.type !== "star" && event.type !== "unstar") return;
    this.#doubts++;
    this.#set(this.#seqs, event.subject, event.target, event.type === "star");
    this.observed.touch(event.subject);
  }

  clear(): void {
    this.#doubts++;
    this.#seqs.clear();
    this.observed.touchAll();
  }

  /** What is hidden is listed no more. */
  #hide({ subject, target, up_to }: EventHide): void {
    this.#doubts++;
    for (const seq of this.#seqs.get(subject) ?? NONE) {
      if (seq === target || (up_to && seq < target)) this.#set(this.#seqs, subject, seq, false);
    }
    this.observed.touch(subject);
  }

  async #read(): Promise<void> {
    for (let asked = -1; asked !== this.#doubts; ) {
      asked = this.#doubts;
      const seqs = await this.#pages();
      if (asked !== this.#doubts) continue;
      this.#seqs = seqs;
      this.observed.touchAll();
    }
  }

  async #pages(): Promise<Map<Id, Set<Seq>>> {
    const seqs = new Map<Id, Set<Seq>>();
    let page: string | undefined;
    for (let n = 0; n < PAGES_MAX; n++) {
      const reply = await this.#asker.ask("message.starred", page === undefined ? {} : { page });
      for (const { conversation, seq } of reply.events) this.#set(seqs, conversation, seq, true);
      page = reply.page;
      if (page === undefined) break;
    }
    return seqs;
  }

  #set(all: Map<Id, Set<Seq>>, conversation: Id, seq: Seq, on: boolean): void {
    const seqs = all.get(conversation) ?? new Set();
    if (on) seqs.add(seq);
    else seqs.delete(seq);
    if (seqs.size > 0) all.set(conversation, seqs);
    else all.delete(conversation);
  }
}
