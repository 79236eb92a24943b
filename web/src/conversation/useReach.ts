/**
 * Before a conversation with unread messages is shown, goes to the first of them, however many there
 * are: there one wants to begin, and what is shown at its end would count as read. Where the way fails the
 * end is shown, of which nothing counts as read then, and the way is tried again, for as long as one stays there.
 */
import type { Dispatch } from "react";
import { useEffect, useLayoutEffect, useReducer, useRef } from "react";
import type { ExcerptView, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Reading } from "../store/reading.ts";
import type { Reach, Step } from "./reach.ts";
import { NOTHING_REACHED, reachOf, reachedBy, shownOf } from "./reach.ts";

/** The library has asked more than once by then. */
const AGAIN_MS = 10_000;

export interface Way extends Reach {
  step: Dispatch<Step>;
}

/** `read`: up to where one has by now. */
export function useReach(reading: Reading, timeline: ExcerptView, readTo: Seq | undefined, read: Seq | undefined): Way {
  const online = useObservable(useParley().status).state === "online";
  const goes = useObservable(reading.target) !== undefined;
  const [reached, step] = useReducer(reachedBy, NOTHING_REACHED);
  const { isThere, isNothing } = shownOf(timeline, readTo);
  const reach = reachOf(reached, { isThere, isNothing }, readTo, online);
  const { reaching } = reach;

  useEffect(() => {
    if (!reaching || readTo === undefined) return;
    reading.reach(readTo + 1).then(
      (arrived) => step({ type: arrived ? "arrived" : "elsewhere", readTo }),
      (error) => step({ type: "failed", readTo, error }),
    );
  }, [reaching, reading, readTo]);
  useEffect(() => {
    if (!online) step({ type: "offline" });
  }, [online]);
  useEffect(() => {
    step({ type: "shown", shown: { isThere, isNothing }, goes, readTo, read });
  }, [isThere, isNothing, goes, readTo, read]);

  return { ...reach, step };
}

/** Who has scrolled up from the end is led away from nothing. */
export function useReachAgain(reading: Reading, { failed, step }: Way, readTo: Seq | undefined, isAtEnd: boolean): void {
  // With each new line one may be away from the end for a moment.
  const stays = useRef(isAtEnd);
  useLayoutEffect(() => {
    stays.current = isAtEnd;
  });
  useEffect(() => {
    if (!failed || readTo === undefined) return undefined;
    const timer = setInterval(() => {
      if (stays.current) reading.reachLate(readTo + 1, () => stays.current).catch((error) => step({ type: "failed", readTo, error }));
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [failed, reading, readTo, step]);
}
