/**
 * Where in a conversation's history somebody reads: at its living end, or in a window on what was
 * said long ago (the library's Excerpt). One goes into the past by a jump to a message or a day, where
 * much is unread, and by scrolling back beyond what is kept of the end; and back by scrolling on, or by
 * a jump. Where the window meets the end both are shown as one, so that nothing one looks at ever goes; until
 * the end is learned anew, which is shown then.
 */
import type { Excerpt, ExcerptView, Id, Observable, Parley, Seq, TimelineView } from "parley-client";
import { Observed, ParleyError, Value } from "parley-client";

/** Where the view is to go: a line that is shown, or the end. Each is another object. */
export interface Target {
  to: Seq | "end";
}

type Items = ExcerptView["items"];

export class Reading {
  readonly timeline: Observable<ExcerptView>;
  readonly target: Observable<Target | undefined>;
  #parley: Parley;
  #id: Id;
  #excerpt: Excerpt | undefined;
  #inView = (): Seq | undefined => undefined;
  #endExcerpt = (): void => {};
  /** The way that was taken last, while it is under way; one before it leads nowhere any more. */
  #way: object | undefined;
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
      const before = this.#timeline.getSnapshot();
      this.#excerpt?.touch();
      this.#timeline.touch();
      const endGoes = !before.has_newer && this.#timeline.getSnapshot().has_newer;
      // Learned anew it begins behind all that was shown, and the window alone would be a way back. Where it only
      // gave its oldest away for a new one, it is shown to who reads in it, the window to who reads there.
      const first = firstSeq(this.#parley.timeline(this.#id).getSnapshot()) ?? Infinity;
      const isNew = first > (lastOf(before.items)?.seq ?? 0);
      if (endGoes && (isNew || (this.#inView() ?? Infinity) >= first)) this.#leave();
    });
    this.#timeline.touch();
    return () => {
      end();
      this.#toEnd();
    };
  }

  /** What tells the first line that is in view. */
  seenIn(inView: () => Seq | undefined): void {
    this.#inView = inView;
  }

  /** The page before; rejects if it cannot be had now. */
  async older(): Promise<void> {
    if (this.#way) return;
    const end = this.#parley.timeline(this.#id).getSnapshot();
    const oldest = firstSeq(end);
    if (this.#excerpt) await this.#excerpt.older();
    else if (end.full && oldest !== undefined) await this.reach(oldest - 1);
    else await this.#parley.loadOlder(this.#id);
  }

  /** The page behind, where one is in the past. */
  async newer(): Promise<void> {
    if (!this.#way) await this.#excerpt?.newer();
  }

  /** A seq lies among what is shown then; the view goes nowhere. False: another way was taken meanwhile. */
  reach(seq: Seq): Promise<boolean> {
    return this.#go(() => Promise.resolve(seq), () => undefined);
  }

  /** Where something else is shown by now: the view goes to what stands at a seq or behind it. Nothing while it is
   * on another way, or once one does not stay where one is. */
  async reachLate(seq: Seq, stays: () => boolean): Promise<void> {
    if (!this.#way) await this.#go(() => Promise.resolve(seq), seqFrom, stays);
  }

  /** Rejects, and stays where it is, if there is no such message for one: it may be hidden, or from before
   * one came. */
  async goTo(seq: Seq): Promise<void> {
    await this.#go(() => Promise.resolve(seq), (items) => {
      if (!items.some((item) => item.seq === seq)) throw new ParleyError("not_found", "it is not shown");
      return seq;
    });
  }

  /** The first that was said on a day, which begins at `time`, or after it; else the newest. */
  async goToDay(time: number): Promise<void> {
    await this.#go(() => this.#parley.past.firstSince(this.#id, time), seqFrom);
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
    const going = this.#way !== undefined;
    if (!this.#excerpt) {
      return { ...end, has_older: end.has_older || end.full, has_newer: false, loading: end.loading || going };
    }
    const past = this.#excerpt.timeline.getSnapshot();
    if (past.has_newer) return { ...past, loading: past.loading || going };
    const first = firstSeq(end) ?? Infinity;
    const items = [...past.items.filter((item) => (item.seq ?? 0) < first), ...end.items];
    return { ...past, items, loading: past.loading || end.loading || going };
  }

  /** Shows what lies around a seq, and goes to what `choose` names of it. False: another way was taken. */
  async #go(
    find: () => Promise<Seq | undefined>, choose: (items: Items, seq: Seq) => Seq | undefined, stays = () => true,
  ): Promise<boolean> {
    const way = {};
    this.#way = way;
    let window: Excerpt | undefined;
    try {
      const seq = await find();
      if (seq === undefined || this.#way !== way) return false;
      if (!covers(this.#timeline.getSnapshot(), seq)) {
        window = this.#parley.past.open(this.#id);
        this.#timeline.touch();
        await window?.around(seq);
        if (!window || this.#way !== way || !stays()) return false;
      }
      const to = choose((window?.timeline ?? this.#timeline).getSnapshot().items, seq);
      if (window) this.#enter(window);
      window = undefined;
      if (to !== undefined) this.#target.set({ to });
      return true;
    } catch (thrown) {
      if (this.#way !== way) return false;
      throw thrown;
    } finally {
      if (window) this.#parley.past.end(window);
      if (this.#way === way) this.#way = undefined;
      this.#timeline.touch();
    }
  }

  #enter(excerpt: Excerpt): void {
    this.#endExcerpt();
    const deaf = excerpt.timeline.subscribe(() => this.#timeline.touch());
    this.#excerpt = excerpt;
    this.#endExcerpt = () => {
      deaf();
      this.#parley.past.end(excerpt);
    };
    this.#timeline.touch();
  }

  #leave(): void {
    this.#endExcerpt();
    this.#endExcerpt = () => {};
    this.#excerpt = undefined;
    this.#timeline.touch();
  }

  #toEnd(): void {
    this.#way = undefined;
    this.#leave();
  }
}

/** Of what stands on the server. */
function firstSeq({ items }: TimelineView): Seq | undefined {
  return items.find((item) => item.seq !== undefined)?.seq;
}

function lastOf(items: Items): Items[number] | undefined {
  return items.findLast((item) => item.seq !== undefined);
}

/** Of the first at a seq or behind it, else of the newest. */
function seqFrom(items: Items, seq: Seq): Seq | undefined {
  return (items.find((item) => (item.seq ?? 0) >= seq) ?? lastOf(items))?.seq;
}

/** Whether a seq lies among what is shown; it may be one that shows nothing of its own. */
function covers(view: ExcerptView, seq: Seq): boolean {
  const first = firstSeq(view) ?? Infinity;
  const last = view.has_newer ? lastOf(view.items)?.seq ?? 0 : Infinity;
  return first <= seq && seq <= last;
}
