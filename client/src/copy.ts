/**
 * The device's copy of one conversation: its record, its rows, and the way that events take into
 * them. Events are applied in the order of their seq and in no other; one that comes early is held
 * while the gap before it is asked for.
 *
 * Always holds: the cursor has no gap below it; a row and the cursor that counts it are stored in
 * one batch; `stored` is told only after that batch was written, and so is the server.
 */
import type {
  ChatEvent, ConversationEventsReply, Entry, EventHide, EventPreferences, Id, Mark, MemberState, ReceiptsPush,
  Seq, Time,
} from "./api.ts";
import { LIMITS } from "./api.ts";
import type { Clock } from "./clock.ts";
import { jittered } from "./clock.ts";
import { ParleyError, asParleyError } from "./error.ts";
import type { ConversationRecord } from "./record.ts";
import {
  applyToRecord, firstSeen, hear, hide, meetEntry, meetMembers, meetOwnMark, meetPeer, unread, want,
} from "./record.ts";
import { Rows, changedBy, expired, goesAt, stored } from "./rows.ts";
import type { Asker } from "./asker.ts";
import type { Change, Put } from "./storage.ts";
import { COPY, padded } from "./storage.ts";

/** A push may merely be late: the gap is asked for after this, give or take a half. */
const GAP_MS = 300;
/** Held while a gap is filled; what comes beyond is fetched with the gap. */
const HELD_MAX = 256;
/** Rows kept of a conversation that nobody looks at; more are cut off once a half more are held. */
const ROWS_KEPT = 200;
/** Rows held of a conversation that somebody looks at. A new one beyond it drops the oldest, which
 * loadOlder() brings back once there is room: after the conversation was closed. */
export const ROWS_OPEN_MAX = 5000;
const PAGE = LIMITS.page_max;

/** What a copy needs of the device that holds it. */
export interface CopyHost {
  clock: Clock;
  me: Id;
  asker: Asker;
  /** How many look at the conversation. */
  lookers(conversation: Id): number;
  write(changes: Change[]): Promise<void>;
  /** Something that is shown has changed. */
  changed(copy: Copy): void;
  /** The event was applied in its turn. */
  applied(copy: Copy, event: ChatEvent): void;
  /** It holds words that go at that time. */
  goes(at: Time): void;
  /** All up to the cursor is stored. */
  stored(copy: Copy): void;
  /** Ask for the conversation anew; `fresh`: the copy is of no use any more. */
  relearn(copy: Copy, fresh: boolean): Promise<void>;
  /** One may not know of the conversation (any more). */
  gone(copy: Copy): void;
  /** The server's log ends before the cursor. */
  restored(): void;
  /** An unread count is in doubt. */
  compareSoon(): void;
}

export class Copy {
  readonly record: ConversationRecord;
  readonly rows = new Rows();
  loading = false;
  /** All up to it is stored, and may be acknowledged. The record's cursor may be ahead of it. */
  stored: Seq = 0;
  #host: CopyHost;
  #members: MemberState[] | undefined;
  #held = new Map<Seq, ChatEvent>();
  /** What pushes told of members' marks, the latest last: a list of members may be from before. */
  #marks = new Map<Id, Mark>();
  /** How often something beyond the cursor was said to stand. */
  #hints = 0;
  /** The newest head that came with events. */
  #head = 0;
  #cancelGap: (() => void) | undefined;
  #filling = false;
  #dropped = false;

  constructor(host: CopyHost, record: ConversationRecord) {
    this.#host = host;
    this.record = record;
    this.rows.cleared = record.cleared ?? 0;
  }

  get id(): Id {
    return this.record.conversation;
  }

  /** Known once somebody has opened the conversation. */
  get members(): readonly MemberState[] | undefined {
    return this.#members;
  }

  setMembers(members: MemberState[]): void {
    this.#meetMembers(members);
    this.#commit([]);
  }

  /** An event that is applied says so, and is stored with it. */
  loses(user: Id): void {
    if (this.#members) this.#meetMembers(this.#members.filter((member) => member.user !== user));
  }

  get unread(): number {
    return unread(this.record);
  }

  get dropped(): boolean {
    return this.#dropped;
  }

  /** A batch that holds the cursor as it then was is stored. */
  wrote(cursor: Seq): void {
    if (this.#dropped) return;
    this.stored = Math.max(this.stored, cursor);
    this.#host.stored(this);
  }

  /** Of no use any more: what is still under way for it has no effect. */
  drop(): void {
    this.#dropped = true;
    this.#cancelGap?.();
    this.#held.clear();
  }

  /** A pushed event. */
  offer(event: ChatEvent): void {
    hear(this.record, event.seq, event.n, event.time);
    if (event.seq > this.record.cursor + 1) {
      this.#hold(event);
      this.#hints++;
      const newest = event.seq > (this.record.last?.seq ?? 0);
      if (event.type === "message" && newest) this.record.last = this.rows.shown(event);
      this.#expectGap();
      this.#host.changed(this);
    } else {
      this.#take([event]);
    }
  }

  /** An event is known to stand at `seq`; it is not here for that. */
  hear(seq: Seq, n: number, time: number): void {
    hear(this.record, seq, n, time);
    this.#hints++;
    this.#expectGap();
    this.#commit([]);
  }

  /** The conversation as the server lists it. */
  meet(entry: Entry): Change[] {
    meetEntry(this.record, entry);
    this.#goes(entry.last);
    this.#hints++;
    const changes = this.#clear(entry.cleared ?? 0);
    this.#hideElsewhere();
    if (entry.first > this.record.cursor + 1) {
      // One was away for so long that what lies between is gone, or out and came back.
      changes.push(...this.#forgetRows());
      this.record.cursor = entry.first - 1;
      this.record.cursor_n = this.record.cursor === entry.head ? entry.n : 0;
      this.record.from = entry.first;
    } else if (this.record.first > this.record.from) {
      // It is gone by its age, or one is back without anything in between.
      changes.push(...this.#forgetBefore(this.record.first));
    }
    this.#host.changed(this);
    changes.push(this.#put());
    return changes;
  }

  receipts(push: ReceiptsPush): void {
    const moved = new Map(push.marks.map((mark) => [mark.user, mark]));
    const own = moved.get(this.#host.me);
    if (own && !meetOwnMark(this.record, own, push.unread ?? 0, (seq) => this.nAt(seq))) this.#host.compareSoon();
    const peers = this.record.peer && moved.get(this.record.peer);
    if (peers) meetPeer(this.record, peers.delivered, peers.read);
    for (const mark of push.marks) {
      this.#marks.delete(mark.user);
      this.#marks.set(mark.user, mark);
    }
    for (const user of this.#marks.keys()) {
      if (this.#marks.size <= LIMITS.group_members_max) break;
      this.#marks.delete(user);
    }
    if (this.#members) this.#meetMembers(this.#members);
    this.#commit([]);
  }

  /** An event of one's own log says what one wants of it. */
  want(event: EventPreferences): void {
    want(this.record, event);
    this.#commit([]);
  }

  /** An event of one's own log says what one sees no more: the words go, from the storage too. */
  hide(event: EventHide): void {
    hide(this.record, event);
    const seqs = this.rows.hide(event);
    this.#hideElsewhere();
    this.#commit(seqs);
  }

  /** Moves one's own mark here, up to the cursor at most. `there`: messages up to `seq`, as a window on the past
   * knows them. False: it stood there already. */
  markRead(seq: Seq, there?: number): boolean {
    const to = Math.min(seq, this.record.cursor);
    const n = this.nAt(to) ?? (to === seq ? there : undefined);
    if (to <= this.record.read || n === undefined) return false;
    this.record.read = to;
    delete this.record.marked_unread;
    this.record.read_n = Math.max(this.record.read_n, n);
    this.#commit([]);
    return true;
  }

  /** Messages up to `seq`, where the device can tell. */
  nAt(seq: Seq): number | undefined {
    return seq === this.record.cursor ? this.record.cursor_n : this.rows.get(seq)?.n;
  }

  /** How many look at it. */
  get open(): number {
    return this.#host.lookers(this.id);
  }

  /** No more rows may be held. */
  get full(): boolean {
    return this.rows.size >= ROWS_OPEN_MAX;
  }

  /** Asks for what lies between the cursor and the head, at once. */
  async fill(): Promise<void> {
    if (this.#filling || this.#dropped) return;
    this.#filling = true;
    this.#cancelGap?.();
    this.#cancelGap = undefined;
    try {
      while (!this.#dropped && this.#lacks() && (await this.#fillPage()));
    } catch (thrown) {
      this.#refused(asParleyError(thrown));
    } finally {
      this.#filling = false;
    }
  }

  /** Loads the page before the oldest row held. False: there is none, or no room for it. */
  async loadOlder(limit: number): Promise<boolean> {
    const before = this.record.from;
    if (this.loading || this.#dropped || this.full || before <= firstSeen(this.record)) return false;
    this.#setLoading(true);
    try {
      const reply = await this.#host.asker.ask("message.history", {
        conversation: this.id, before, limit: Math.min(limit, ROWS_OPEN_MAX - this.rows.size),
      });
      if (this.#dropped || this.record.from !== before) return true;
      this.record.first = reply.first;
      if (reply.first > before) void this.#host.write(this.#forgetBefore(reply.first));
      else this.record.from = reply.events[0]?.seq ?? reply.first;
      this.#commit(this.rows.takeOlder(reply.events));
      return this.record.from > firstSeen(this.record);
    } finally {
      this.#setLoading(false);
    }
  }

  /** Takes away the words whose time has come. `next`: when others go. */
  expire(now: Time): { changed: boolean; next: Time | undefined } {
    const { last, mention } = this.record;
    const seqs = this.rows.expire(now);
    for (const [seq, event] of this.#held) this.#held.set(seq, expired(event, now));
    const left = last && expired(last, now);
    const changed = seqs.length > 0 || left !== last;
    if (changed) {
      if (left) this.record.last = left;
      if (mention !== undefined && seqs.includes(mention)) delete this.record.mention;
      this.#commit(seqs);
    }
    const times = [...this.rows.values(), ...this.#held.values(), left].map(goesAt);
    const next = Math.min(...times.filter((at) => at !== undefined));
    return { changed, next: Number.isFinite(next) ? next : undefined };
  }

  /** Cuts the copy to its newest rows: to few when nobody looks at it, else to what may be held. */
  trim(): void {
    const open = this.open > 0;
    if (this.rows.size <= (open ? ROWS_OPEN_MAX : ROWS_KEPT * 1.5)) return;
    this.#commit(this.#cut(this.rows.values().slice(0, this.rows.size - (open ? ROWS_OPEN_MAX : ROWS_KEPT))));
  }

  /** Rows from the oldest on are read again when they are looked at. The answer: their seqs, to be stored with
   * where the copy begins now. */
  #cut(oldest: ChatEvent[]): Seq[] {
    for (const { seq } of oldest) this.rows.drop(seq);
    this.record.from = (oldest.at(-1) as ChatEvent).seq + 1;
    return oldest.map(({ seq }) => seq);
  }

  /** To who was out a message that was edited meanwhile was a stub, and the edit does not say what else it
   * was: back in, one reads it again. */
  #forgetStubs(before: Seq, touched: Set<Seq>): void {
    const rows = this.rows.values();
    const last = rows.findLastIndex((row) => row.seq < before && row.type === "message" && row.deleted);
    if (last < 0) return;
    for (const seq of this.#cut(rows.slice(0, last + 1))) touched.add(seq);
  }

  /** As an answer says or as they were, which a push may have overtaken. */
  #meetMembers(members: readonly MemberState[]): void {
    this.#members = members.map((member) => {
      const mark = this.#marks.get(member.user);
      if (!mark) return member;
      const { delivered, read } = mark;
      return { ...member, delivered: Math.max(member.delivered, delivered), read: Math.max(member.read, read) };
    });
    meetMembers(this.record, this.#members, this.#host.me);
  }

  /** All of it, as the storage is to have it. */
  all(): Put[] {
    return [this.#put(), ...this.rows.values().map(({ seq }) => this.#putRow(seq))];
  }

  /** All up to `seq` is hidden, as an entry says. */
  #clear(seq: Seq): Change[] {
    if (seq <= this.rows.cleared) return [];
    return this.rows.hide({ target: seq, up_to: true }).map((at) => this.#putRow(at));
  }

  /** What is held, and what the list shows. */
  #hideElsewhere(): void {
    for (const [seq, event] of this.#held) this.#held.set(seq, this.rows.shown(event));
    if (this.record.last) this.record.last = this.rows.shown(this.record.last);
  }

  #setLoading(loading: boolean): void {
    this.loading = loading;
    this.#host.changed(this);
  }

  #expectGap(): void {
    if (this.record.cursor >= this.record.head || this.#dropped) return;
    if (this.#cancelGap || this.#filling) return;
    const wait = jittered(this.#host.clock, GAP_MS, 0.5);
    this.#cancelGap = this.#host.clock.after(wait, () => void this.fill());
  }

  #lacks(): boolean {
    return this.record.cursor < Math.max(this.record.head, this.#head);
  }

  /** True: go on. */
  async #fillPage(): Promise<boolean> {
    const was = this.record.cursor;
    const hints = this.#hints;
    const reply = await this.#eventsAfter(was);
    if (this.#dropped) return false;
    if (reply === "truncated" || reply.page) {
      await this.#host.relearn(this, true);
      return false;
    }
    // An answer to an older question takes nothing back of what was said meanwhile.
    const newer = hints !== this.#hints;
    this.#head = reply.head;
    const first = reply.events[0];
    if (first && first.seq > this.record.cursor + 1) {
      await this.#host.relearn(this, false);
    } else {
      this.#take(reply.events);
    }
    // The head may have been heard of before its event can be read: the next compare asks again.
    return newer || this.record.cursor > was;
  }

  async #eventsAfter(after: Seq): Promise<ConversationEventsReply | "truncated"> {
    try {
      return await this.#host.asker.ask("conversation.events", {
        conversation: this.id, after, limit: PAGE,
      });
    } catch (thrown) {
      if (asParleyError(thrown).code === "truncated") return "truncated";
      throw thrown;
    }
  }

  #refused(error: ParleyError): void {
    if (this.#dropped) return;
    if (error.code === "not_found") this.#host.gone(this);
    else if (error.code === "ahead") this.#host.restored();
    // Anything else: the head stays beyond the cursor, and the next compare asks again.
  }

  #hold(event: ChatEvent): void {
    const held = this.#held.get(event.seq);
    if (held ? held.rev < event.rev : this.#held.size < HELD_MAX) {
      this.#held.set(event.seq, this.rows.shown(event));
    }
    this.#goes(event);
  }

  /** Takes events, in any order, none beyond a gap, and then what was held behind them. */
  #take(events: ChatEvent[]): void {
    const touched = new Set<Seq>();
    for (const event of [...events].sort((a, b) => a.seq - b.seq)) this.#takeOne(event, touched);
    for (let next = this.#next(); next; next = this.#next()) this.#takeOne(next, touched);
    if (this.record.cursor >= this.record.head) {
      this.#cancelGap?.();
      this.#cancelGap = undefined;
    } else {
      this.#expectGap();
    }
    this.#commit([...touched]);
    this.trim();
  }

  #next(): ChatEvent | undefined {
    for (const seq of this.#held.keys()) {
      if (seq <= this.record.cursor) this.#held.delete(seq);
    }
    const next = this.#held.get(this.record.cursor + 1);
    if (next) this.#held.delete(next.seq);
    return next;
  }

  #takeOne(told: ChatEvent, touched: Set<Seq>): void {
    if (told.seq > this.record.cursor + 1) return;
    if (told.seq < this.record.from) return;
    const event = this.rows.shown(told);
    if (this.rows.take(event)) touched.add(event.seq);
    if (event.seq === this.record.cursor + 1) {
      for (const seq of this.rows.apply(event)) touched.add(seq);
      const returns = (event.type === "added" || event.type === "joined") && event.user === this.#host.me;
      if (returns) this.#forgetStubs(event.seq, touched);
      applyToRecord(this.record, event, this.#host.me);
      this.#host.applied(this, event);
    }
    this.#changeLast(event);
  }

  /** The newest message may be changed without being among the rows: a list brought it. */
  #changeLast(event: ChatEvent): void {
    const { last } = this.record;
    if (!last) return;
    this.record.last = this.rows.shown(this.rows.get(last.seq) ?? changedBy(last, event));
  }

  /** Stores the rows of `seqs`, or that they are gone. */
  #commit(seqs: Seq[]): void {
    const changes: Change[] = seqs.map((seq) => (this.rows.get(seq) ? this.#putRow(seq) : { drop: rowKey(this.id, seq) }));
    for (const seq of seqs) this.#goes(this.rows.get(seq));
    changes.push(this.#put());
    this.#host.changed(this);
    const { cursor } = this.record;
    void this.#host.write(changes).then(() => this.wrote(cursor));
  }

  #goes(row: ChatEvent | undefined): void {
    const at = goesAt(row);
    if (at !== undefined) this.#host.goes(at);
  }

  #putRow(seq: Seq): Put {
    const row = this.rows.get(seq);
    return { put: rowKey(this.id, seq), value: row && stored(row) };
  }

  #put(): Put {
    return { put: recordKey(this.id), value: { ...this.record } };
  }

  #forgetBefore(seq: Seq): Change[] {
    const gone = this.rows.values().filter((row) => row.seq < seq);
    for (const row of gone) this.rows.drop(row.seq);
    this.record.from = Math.min(seq, this.record.cursor + 1);
    const edits = this.rows.forgetEdits(seq);
    return [
      ...gone.map((row) => ({ drop: rowKey(this.id, row.seq) })),
      ...edits.map((edit) => this.#putRow(edit)),
    ];
  }

  #forgetRows(): Change[] {
    this.rows.clear();
    this.#held.clear();
    return [{ drop_prefix: rowKey(this.id) }];
  }
}

/** What the keys of records and of rows begin with. */
export const RECORDS = `${COPY}conversation/`;
export const ROWS = `${COPY}row/`;

export function recordKey(conversation: Id): string {
  return RECORDS + conversation;
}

export function rowKey(conversation: Id, seq?: Seq): string {
  return `${ROWS}${conversation}/${seq === undefined ? "" : padded(seq)}`;
}
