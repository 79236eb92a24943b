/**
 * What was said long ago: windows into a conversation's history, apart from its copy (copy.ts),
 * which ends at the newest event and is long enough. Such a window begins anywhere, slides, and
 * holds a bounded number of rows: what comes in on one side goes out on the other. As long as it is
 * open, events change its rows as they change the copy's.
 *
 * Refused: to let the copy itself have holes. Its cursor means that nothing is missing, and all of
 * sync stands on that.
 */
import type { ChatEvent, EventHide, Id, Seq, Time } from "./api.ts";
import type { Asker } from "./asker.ts";
import type { Copy } from "./copy.ts";
import type { Observable } from "./observable.ts";
import { Observed } from "./observable.ts";
import type { OutboxItem } from "./outbox.ts";
import { firstSeen } from "./record.ts";
import { Rows, goesAt } from "./rows.ts";
import type { TimelineView } from "./view.ts";
import { excerptItems } from "./view.ts";

/** Rows that a window holds: some screens of them in each direction. */
export const EXCERPT_ROWS_MAX = 600;
const PAGE = 50;

export interface HistoryHost {
  asker: Asker;
  me(): Id;
  copy(id: Id): Copy | undefined;
  /** What waits to change something in it. */
  pending(id: Id): OutboxItem[];
  /** A window holds words that go at that time. */
  goes(at: Time): void;
}

/** As a timeline, `full` excepted; and there may be more behind the last item. */
export interface ExcerptView extends TimelineView {
  has_newer: boolean;
}

export class Excerpt {
  readonly id: Id;
  readonly timeline: Observable<ExcerptView>;
  #timeline = new Observed(() => this.#view());
  #host: HistoryHost;
  #begunOn: Copy;
  #rows = new Rows();
  /** Rows are held from here to there; there before here: none. */
  #from: Seq = 1;
  #to: Seq = 0;
  #loading = false;

  constructor(host: HistoryHost, copy: Copy) {
    this.id = copy.id;
    this.#host = host;
    this.#begunOn = copy;
    this.#rows.cleared = copy.record.cleared ?? 0;
    this.timeline = this.#timeline;
  }

  /** One that is learned anew takes the place of the one before. */
  get #copy(): Copy {
    return this.#host.copy(this.id) ?? this.#begunOn;
  }

  /** What the copy holds goes on right behind it: there is no need for it any more. */
  get joined(): boolean {
    return this.#to >= this.#copy.record.from - 1;
  }

  /** Begins anew around `seq`. */
  around(seq: Seq): Promise<void> {
    return this.#load({ around: seq, limit: 2 * PAGE }, (events) => {
      this.#rows.clear();
      this.#from = events[0]?.seq ?? seq;
      this.#to = events.at(-1)?.seq ?? seq - 1;
    });
  }

  async older(): Promise<void> {
    if (this.#from <= firstSeen(this.#copy.record)) return;
    const before = this.#from;
    await this.#load({ before, limit: PAGE }, (events, first) => {
      this.#from = events[0]?.seq ?? Math.max(first, firstSeen(this.#copy.record));
    });
    this.#cut((rows) => rows.slice(EXCERPT_ROWS_MAX));
  }

  async newer(): Promise<void> {
    if (this.joined) return;
    await this.#load({ after: this.#to, limit: PAGE }, (events) => {
      this.#to = events.at(-1)?.seq ?? this.#to;
    });
    this.#cut((rows) => rows.slice(0, -EXCERPT_ROWS_MAX));
  }

  /** Messages up to `seq`, if that is held. */
  nAt(seq: Seq): number | undefined {
    return this.#rows.get(seq)?.n;
  }

  /** An event was applied to the copy. */
  apply(event: ChatEvent): void {
    if (this.#rows.apply(event).length > 0) this.touch();
  }

  hide(event: EventHide): void {
    this.#rows.hide(event);
    this.touch();
  }

  /** As of a copy. */
  expire(now: Time): { changed: boolean; next: Time | undefined } {
    const changed = this.#rows.expire(now).length > 0;
    if (changed) this.touch();
    const times = this.#rows.values().map(goesAt).filter((at) => at !== undefined);
    return { changed, next: times.length > 0 ? Math.min(...times) : undefined };
  }

  /** Ticks moved, or something waits to change it. */
  touch(): void {
    this.#timeline.touch();
  }

  /** One at a time; `take` moves the ends to what came. */
  async #load(
    args: { around?: Seq; before?: Seq; after?: Seq; limit: number },
    take: (events: readonly ChatEvent[], first: Seq) => void,
  ): Promise<void> {
    if (this.#loading) return;
    this.#setLoading(true);
    try {
      const { events, first } = await this.#host.asker.ask("message.history", { conversation: this.id, ...args });
      take(events, first);
      this.#rows.takeOlder(events.map((event) => this.#rows.shown(event)));
      // What was applied while the page was on its way changes it now.
      for (const event of this.#copy.rows.values()) this.#rows.apply(event);
      for (const event of events) {
        const at = goesAt(event);
        if (at !== undefined) this.#host.goes(at);
      }
    } finally {
      this.#setLoading(false);
    }
  }

  #setLoading(loading: boolean): void {
    this.#loading = loading;
    this.touch();
  }

  /** Drops what `beyond` finds among the rows, at one end of them. */
  #cut(beyond: (rows: ChatEvent[]) => ChatEvent[]): void {
    const dropped = beyond(this.#rows.values());
    if (dropped.length === 0) return;
    for (const { seq } of dropped) this.#rows.drop(seq);
    const left = this.#rows.values();
    this.#from = left[0]?.seq ?? this.#from;
    this.#to = left.at(-1)?.seq ?? this.#to;
    this.touch();
  }

  #view(): ExcerptView {
    const items = excerptItems(this.#rows.values(), this.#copy, this.#host.pending(this.id), this.#host.me());
    const has_older = this.#from > firstSeen(this.#copy.record);
    return { items, has_older, has_newer: !this.joined, full: false, loading: this.#loading };
  }
}

export class Past {
  #host: HistoryHost;
  #open = new Set<Excerpt>();

  constructor(host: HistoryHost) {
    this.#host = host;
  }

  /** A window on a conversation, or the 1:1 with a person; undefined: there is none. end() it. */
  open(id: Id): Excerpt | undefined {
    const copy = this.#host.copy(id);
    if (!copy) return undefined;
    const excerpt = new Excerpt(this.#host, copy);
    this.#open.add(excerpt);
    return excerpt;
  }

  end(excerpt: Excerpt): void {
    this.#open.delete(excerpt);
  }

  /** The first event at or after a time, by halving: some 17 short questions in 100,000 events. The
   * head, if all are before it. */
  async firstSince(id: Id, time: Time): Promise<Seq | undefined> {
    const copy = this.#host.copy(id);
    if (!copy) return undefined;
    let low = firstSeen(copy.record), high = copy.record.head;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { events } = await this.#host.asker.ask("message.history", {
        conversation: copy.id, after: middle - 1, limit: 1,
      });
      const found = events[0];
      if (!found || found.time >= time) high = middle;
      else low = Math.max(middle + 1, found.seq + 1);
    }
    return Math.min(low, copy.record.head);
  }

  /** Messages up to a seq, if a window on the conversation holds that. */
  nAt(id: Id, seq: Seq): number | undefined {
    for (const excerpt of this.#open) {
      const n = excerpt.id === id ? excerpt.nAt(seq) : undefined;
      if (n !== undefined) return n;
    }
    return undefined;
  }

  all(): Iterable<Excerpt> {
    return this.#open;
  }

  applied(event: ChatEvent): void {
    for (const excerpt of this.#open) {
      if (event.conversation === excerpt.id) excerpt.apply(event);
      else if (event.type === "hide" && event.subject === excerpt.id) excerpt.hide(event);
    }
  }
}
