/** Whether what is shown of a conversation begins before what is unread, and how far the way to the first unread
 * message got. Pure. */
import type { ExcerptView, Seq } from "parley-client";
import { ParleyError } from "parley-client";

/** Each by where one had read to then: of what is unread anew nothing is known. */
export interface Reached {
  /** Was shown, or one went elsewhere by oneself. */
  met: Seq | undefined;
  /** Cannot be had, or another way was taken. */
  over: Seq | undefined;
  /** `over` stays so on this connection. */
  refused: boolean;
}

export const NOTHING_REACHED: Reached = { met: undefined, over: undefined, refused: false };

export interface Shown {
  /** What is unread begins among it. */
  isThere: boolean;
  /** There is something, and none of it is here. */
  isNothing: boolean;
}

export type Step =
  | { type: "arrived" | "elsewhere"; readTo: Seq }
  | { type: "failed"; readTo: Seq; error: unknown }
  | { type: "offline" }
  /** `goes`: the view does, to where one wants to be. `read`: up to where one has by now. */
  | { type: "shown"; shown: Shown; goes: boolean; readTo: Seq | undefined; read: Seq | undefined };

export interface Reach {
  /** What is unread begins before all that is shown, so that who sees that has not read it. */
  lacks: boolean;
  /** On the way there: nothing else is shown until then. */
  reaching: boolean;
  /** It led nowhere, and may be tried again. */
  failed: boolean;
}

export function shownOf({ items, has_older }: ExcerptView, readTo: Seq | undefined): Shown {
  const oldest = items.find((item) => item.seq !== undefined)?.seq ?? Infinity;
  return {
    isThere: readTo === undefined || oldest <= readTo + 1 || !has_older,
    isNothing: oldest === Infinity && has_older,
  };
}

export function reachOf(reached: Reached, { isThere }: Shown, readTo: Seq | undefined, online: boolean): Reach {
  const { met, over, refused } = reached;
  const lacks = met !== readTo && !isThere;
  return { lacks, reaching: lacks && online && over !== readTo, failed: lacks && online && over === readTo && !refused };
}

export function reachedBy(reached: Reached, step: Step): Reached {
  switch (step.type) {
    case "arrived":
      return { ...reached, met: step.readTo };
    case "elsewhere":
      return { ...reached, over: step.readTo, refused: false };
    case "failed": {
      const error = step.error instanceof ParleyError ? step.error : undefined;
      // Where the connection was lost the next one tries again.
      return error?.code === "disconnected" ? reached : { ...reached, over: step.readTo, refused: !error?.transient };
    }
    case "offline":
      return { ...reached, over: undefined };
    case "shown": {
      const { shown, goes, readTo, read } = step;
      // Once shown it stays so, also when a hole opens before what is shown; until all of it is learned anew, and
      // nothing of it was read.
      const met = shown.isThere || goes ? readTo : shown.isNothing && read === readTo ? undefined : reached.met;
      if (met === reached.met) return reached;
      // The way that led nowhere has been gone by now: learned anew it is another.
      return met === readTo ? { ...NOTHING_REACHED, met } : { ...reached, met };
    }
  }
}
