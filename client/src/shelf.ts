/**
 * All copies that the device holds, and what they have in common: loading them from storage,
 * meeting what the server lists, dropping what is of no use.
 */
import type { ChatEvent, Entry, Id, ReceiptsPush, Seq, Time } from "./api.ts";
import type { Asker } from "./asker.ts";
import type { Clock } from "./clock.ts";
import type { CopyHost } from "./copy.ts";
import { Copy, RECORDS, ROWS, recordKey, rowKey } from "./copy.ts";
import { asParleyError } from "./error.ts";
import type { ConversationRecord } from "./record.ts";
import { recordOf } from "./record.ts";
import { goesAt } from "./rows.ts";
import type { Change, Pair, Put, Storage } from "./storage.ts";
import { under } from "./storage.ts";

/** Shown when somebody opens a conversation, and loaded by each turn of the wheel. */
const OPEN_PAGE = 50;
/** What one never acknowledged is loaded before it is; beyond so many pages, unseen. */
const PREFETCH_PAGES_MAX = 10;
const PREFETCH_PAGE = 100;

export interface ShelfHandlers {
  changed(copy: Copy): void;
  goes(at: Time): void;
  /** A copy that begins at its cursor: what came before it, no event will tell. */
  begun(copy: Copy): void;
  applied(copy: Copy, event: ChatEvent): void;
  stored(copy: Copy): void;
  /** Everything here may be of before what the server has: begin anew. */
  restored(): void;
  compareSoon(): void;
  /** The storage failed: what is shown may not outlive a restart. */
  failed(error: unknown): void;
}

export class Shelf implements CopyHost {
  readonly clock: Clock;
  readonly asker: Asker;
  me: Id = "";
  /** While a new device pages its list, that list tells it of conversations. */
  listing = false;
  #storage: Storage;
  #handlers: ShelfHandlers;
  #copies = new Map<Id, Copy>();
  /** How many look at a conversation: for as long as they do, whatever becomes of its copy. */
  #lookers = new Map<Id, number>();
  #learning = new Map<Id, Promise<Copy | undefined>>();

  constructor(clock: Clock, asker: Asker, storage: Storage, handlers: ShelfHandlers) {
    this.clock = clock;
    this.asker = asker;
    this.#storage = storage;
    this.#handlers = handlers;
  }

  /** Takes up what was kept. */
  load(kept: readonly Pair[]): void {
    for (const [, record] of under<ConversationRecord>(kept, RECORDS)) this.#takeUp(record);
    for (const [, row] of under<ChatEvent>(kept, ROWS)) this.#copies.get(row.conversation)?.rows.take(row);
  }

  /** This tab keeps the copies from now on. `kept` is what the one before left: it may have been
   * told, and have acknowledged, more than this one. What both have takes its place: what stands there
   * already is not written again, since it is most of it. */
  async takeOver(kept: readonly Pair[], changes: Change[]): Promise<void> {
    for (const [, record] of under<ConversationRecord>(kept, RECORDS)) {
      if (!this.#copies.has(record.conversation)) this.#takeUp(record);
    }
    for (const [, row] of under<ChatEvent>(kept, ROWS)) {
      const copy = this.#copies.get(row.conversation);
      if (!copy || row.seq < copy.record.from) continue;
      if (row.seq <= copy.record.cursor) copy.rows.take(row);
      // Of an edit its words are asked for: they may change a message that is here alone.
      else if (row.type !== "edit" || row.text !== undefined) copy.offer(row);
    }
    const all = [...this.#copies.values()].map((copy) => ({ copy, cursor: copy.record.cursor }));
    for (const { copy } of all) this.#handlers.changed(copy);
    try {
      await this.#storage.write([...differences(kept, all.flatMap(({ copy }) => copy.all())), ...changes]);
    } catch (thrown) {
      // Nothing is acknowledged then; what one sees and says goes on.
      this.#handlers.failed(thrown);
      return;
    }
    for (const { copy, cursor } of all) copy.wrote(cursor);
  }

  get(conversation: Id): Copy | undefined {
    return this.#copies.get(conversation);
  }

  all(): Iterable<Copy> {
    return this.#copies.values();
  }

  /** The conversation that a message to `to` goes to, if the device knows it. */
  resolve(to: Id): Copy | undefined {
    if (to !== this.me && this.#copies.has(to)) return this.#copies.get(to);
    for (const copy of this.#copies.values()) {
      const { kind, peer } = copy.record;
      if (to === this.me ? kind === "self" : kind === "direct" && peer === to) return copy;
    }
    return undefined;
  }

  /** What is said to it goes out in one order: a 1:1 is one lane, whether it is named by the person
   * or by its id. */
  laneOf(to: Id): string {
    const record = this.resolve(to)?.record;
    return record?.kind === "self" ? this.me : (record?.peer ?? to);
  }

  /** A pushed event. */
  offer(event: ChatEvent): void {
    const copy = this.#copies.get(event.conversation);
    if (copy) copy.offer(event);
    else if (!this.listing) void this.learn(event.conversation);
  }

  receipts(push: ReceiptsPush): void {
    this.#copies.get(push.conversation)?.receipts(push);
  }

  /** Entries of the list or of a compare. Resolves when stored. `fresh`: of a new device, which
   * starts at the head that is listed; later conversations are taken from their start. */
  async meet(entries: Entry[], fresh: boolean, changes: Change[] = []): Promise<void> {
    const met: { copy: Copy; cursor: Seq }[] = [];
    for (const entry of entries) {
      const known = this.#copies.get(entry.conversation);
      if (known) changes.push(...known.meet(entry));
      const copy = known ?? this.#adopt(entry, fresh ? entry.head : entry.first - 1, changes);
      met.push({ copy, cursor: copy.record.cursor });
      if (copy.record.cursor < copy.record.head) void copy.fill();
      else if (fresh) void this.#prefetch(copy);
      else if (entry.head < copy.record.cursor) void this.#doubt(copy);
      if (!known && copy.open > 0) void this.refresh(copy);
    }
    await this.write(changes);
    for (const { copy, cursor } of met) copy.wrote(cursor);
  }

  /** A conversation that one has heard of. */
  learn(conversation: Id): Promise<Copy | undefined> {
    const known = this.#copies.get(conversation);
    if (known) return Promise.resolve(known);
    let learning = this.#learning.get(conversation);
    if (!learning) {
      learning = this.#learn(conversation).finally(() => this.#learning.delete(conversation));
      this.#learning.set(conversation, learning);
    }
    return learning;
  }

  async relearn(copy: Copy, fresh: boolean): Promise<void> {
    if (fresh && copy.record.kind === "own") {
      // What it lacks may say what to hide of whatever is here.
      this.#handlers.restored();
      return;
    }
    const reply = await this.asker.ask("conversation.get", { conversation: copy.id });
    if (copy.dropped) return;
    if (!fresh) {
      await this.meet([reply], false);
      copy.setMembers(reply.members);
      return;
    }
    copy.drop();
    const changes: Change[] = [{ drop_prefix: rowKey(copy.id) }];
    const anew = this.#adopt(reply, reply.head, changes);
    this.#owe(anew);
    await this.write(changes);
    anew.wrote(reply.head);
    anew.setMembers(reply.members);
    if (anew.open > 0) await anew.loadOlder(OPEN_PAGE);
  }

  /** Somebody looks at it: its newest page, its members and their ticks are wanted. */
  async open(copy: Copy): Promise<void> {
    this.#lookers.set(copy.id, this.lookers(copy.id) + 1);
    await this.refresh(copy);
  }

  close(conversation: Id): void {
    const left = this.lookers(conversation) - 1;
    if (left > 0) this.#lookers.set(conversation, left);
    else this.#lookers.delete(conversation);
    this.#copies.get(conversation)?.trim();
  }

  lookers(conversation: Id): number {
    return this.#lookers.get(conversation) ?? 0;
  }

  async refresh(copy: Copy): Promise<void> {
    try {
      await this.relearn(copy, false);
      const now = this.#copies.get(copy.id);
      if (now && now.rows.size < OPEN_PAGE) await now.loadOlder(OPEN_PAGE);
    } catch (thrown) {
      if (asParleyError(thrown).code === "not_found") this.gone(copy);
      // Anything else: it is asked for again on the next connection.
    }
  }

  gone(copy: Copy): void {
    copy.drop();
    this.#copies.delete(copy.id);
    void this.write([{ drop: recordKey(copy.id) }, { drop_prefix: rowKey(copy.id) }]);
    this.#handlers.changed(copy);
  }

  async dropAll(): Promise<void> {
    for (const copy of [...this.#copies.values()]) {
      copy.drop();
      this.#copies.delete(copy.id);
      this.#handlers.changed(copy);
    }
    await this.write([{ drop_prefix: RECORDS }, { drop_prefix: ROWS }]);
  }

  async write(changes: Change[]): Promise<void> {
    try {
      await this.#storage.write(changes);
    } catch (thrown) {
      this.#handlers.failed(thrown);
      // Nobody goes on: what is not stored is not acknowledged.
      await new Promise<never>(() => {});
    }
  }

  changed(copy: Copy): void {
    this.#handlers.changed(copy);
  }

  goes(at: Time): void {
    this.#handlers.goes(at);
  }

  applied(copy: Copy, event: ChatEvent): void {
    if (event.type === "removed" || event.type === "left") copy.loses(event.user);
    const told = ["created", "added", "joined", "left", "role"].includes(event.type);
    const oneself = "user" in event && event.user === this.me;
    if (told && ((copy.members && copy.open > 0) || (oneself && ["added", "joined"].includes(event.type)))) {
      void this.refresh(copy);
    }
    this.#handlers.applied(copy, event);
  }

  stored(copy: Copy): void {
    this.#handlers.stored(copy);
  }

  restored(): void {
    this.#handlers.restored();
  }

  compareSoon(): void {
    this.#handlers.compareSoon();
  }

  #takeUp(record: ConversationRecord): Copy {
    const copy = new Copy(this, record);
    copy.stored = record.cursor;
    this.#copies.set(copy.id, copy);
    return copy;
  }

  #adopt(entry: Entry, cursor: number, changes: Change[]): Copy {
    const copy = new Copy(this, recordOf(entry, cursor));
    const at = goesAt(entry.last);
    if (at !== undefined) this.goes(at);
    this.#copies.set(copy.id, copy);
    changes.push({ put: recordKey(copy.id), value: { ...copy.record } });
    this.#handlers.changed(copy);
    this.#handlers.begun(copy);
    return copy;
  }

  /** Whoever wrote last waits to see it delivered. */
  #owe({ record }: Copy): void {
    if (!record.last || record.last.sender === this.me) return;
    record.owed = Math.max(record.owed, record.last.seq);
  }

  async #learn(conversation: Id): Promise<Copy | undefined> {
    try {
      const reply = await this.asker.ask("conversation.get", { conversation });
      if (!this.#copies.has(conversation)) await this.meet([reply], false);
      const copy = this.#copies.get(conversation);
      copy?.setMembers(reply.members);
      return copy;
    } catch {
      // Unknown again, or no connection: a compare tells of it.
      return undefined;
    }
  }

  /** What nobody has acknowledged for this person yet is fetched, and then acknowledged. */
  async #prefetch(copy: Copy): Promise<void> {
    const { record } = copy;
    if (!record.last || record.last.seq <= record.delivered_there) return;
    try {
      for (let page = 0; page < PREFETCH_PAGES_MAX; page++) {
        if (record.from <= record.delivered_there + 1) break;
        if (!(await copy.loadOlder(PREFETCH_PAGE))) break;
      }
      this.#owe(copy);
      this.#handlers.stored(copy);
    } catch {
      // The history can be paged at any later time.
    }
  }

  /** A list may be older than a push that came since; only the log itself tells. */
  async #doubt(copy: Copy): Promise<void> {
    try {
      await this.asker.ask("conversation.events", {
        conversation: copy.id, after: copy.record.cursor, limit: 1,
      });
    } catch (thrown) {
      if (asParleyError(thrown).code === "ahead") this.#handlers.restored();
    }
  }
}

/** What makes of copies as they are kept copies as they are to be. */
function differences(kept: readonly Pair[], wanted: readonly Put[]): Change[] {
  const old = new Map(kept.filter(([key]) => key.startsWith(RECORDS) || key.startsWith(ROWS)));
  const puts = wanted.filter(({ put, value }) => JSON.stringify(value) !== JSON.stringify(old.get(put)));
  for (const { put } of wanted) old.delete(put);
  return [...[...old.keys()].map((key) => ({ drop: key })), ...puts];
}
