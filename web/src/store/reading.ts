/**
 * Where in a conversation's history somebody reads: at its living end, or in a window on what was
 * said long ago (the library's Excerpt). One goes into the past by a jump to a message or a day, and
 * by scrolling back beyond what is kept of the end; and back by scrolling on, or by a jump. Where the
 * window meets the end both are shown as one, so that nothing one looks at ever goes.
 */
import type { Excerpt, ExcerptView, Id, Observable, Parley, Seq, TimelineView } from "parley-client";
import { Observed, Value } from "parley-client";

/** Where the view is to go: the first line at or after a seq, or the end. Each is another object. */
export interface Target {
  to: Seq | "end";
}

export class Reading {
  readonly timeline: Observable<ExcerptView>;
  readonly target: Observable<Target | undefined>;
  #parley: Parley;
  #id: Id;
  #excerpt: Excerpt | undefined;
  #endExcerpt = (): void => {};
  #timeline = new Observed<ExcerptView>(() => this.#shown());
  #target = new Value<Target | undefined>(undefined);

  constructor(parley: Parley, id: Id) {
    this.#parley = parley;
    this.#id = id;
    this.timeline = this.#timeline;
    this.target = this.#target;
  }

  /** Somebody looks. The answer ends it. */
  begin(): () => void {
    const end = this.#parley.timeline(this.#id).subscribe(() => {
      this.#excerpt?.touch();
      this.#timeline.touch();
    });
    this.#timeline.touch();
    return () => {
      end();
      this.#toEnd();
    };
  }

  /** The page before; rejects if it cannot be had now. */
  async older(): Promise<void> {
    const end = this.#parley.timeline(this.#id).getSnapshot();
    const oldest = firstSeq(end);
    if (this.#excerpt) await this.#excerpt.older();
    else if (end.full && oldest !== undefined) await this.#enter(oldest);
    else await this.#parley.loadOlder(this.#id);
  }

  /** The page behind, where one is in the past. */
  async newer(): Promise<void> {
    await this.#excerpt?.newer();
  }

  async goTo(seq: Seq): Promise<void> {
    if (!has(this.#timeline.getSnapshot(), seq)) await this.#enter(seq);
    this.#target.set({ to: seq });
  }

  /** The first that was said on a day, which begins at `time`, or after it. */
  async goToDay(time: number): Promise<void> {
    const seq = await this.#parley.past.firstSince(this.#id, time);
    if (seq !== undefined) await this.goTo(seq);
  }

  goToLatest(): void {
    this.#toEnd();
    this.#target.set({ to: "end" });
  }

  /** The view is there. */
  arrived(): void {
    this.#target.set(undefined);
  }

  #shown(): ExcerptView {
    const end = this.#parley.timeline(this.#id).getSnapshot();
    if (!this.#excerpt) return { ...end, has_older: end.has_older || end.full, has_newer: false };
    const past = this.#excerpt.timeline.getSnapshot();
    if (past.has_newer) return past;
    const first = firstSeq(end) ?? Infinity;
    const items = [...past.items.filter((item) => (item.seq ?? 0) < first), ...end.items];
    return { ...past, items, loading: past.loading || end.loading };
  }

  async #enter(seq: Seq): Promise<void> {
    const excerpt = this.#excerpt ?? this.#parley.past.open(this.#id);
    if (!excerpt) return;
    await excerpt.around(seq);
    if (excerpt === this.#excerpt) return;
    this.#toEnd();
    const deaf = excerpt.timeline.subscribe(() => this.#timeline.touch());
    this.#excerpt = excerpt;
    this.#endExcerpt = () => {
      deaf();
      this.#parley.past.end(excerpt);
    };
    this.#timeline.touch();
  }

  #toEnd(): void {
    this.#endExcerpt();
    this.#endExcerpt = () => {};
    this.#excerpt = undefined;
    this.#timeline.touch();
  }
}

/** Of what stands on the server. */
function firstSeq({ items }: TimelineView): Seq | undefined {
  return items.find((item) => item.seq !== undefined)?.seq;
}

/** Whether a seq lies among what is shown; it may be one that shows nothing of its own. */
function has(view: TimelineView, seq: Seq): boolean {
  const first = firstSeq(view);
  const last = view.items.findLast((item) => item.seq !== undefined)?.seq;
  return first !== undefined && last !== undefined && first <= seq && seq <= last;
}
