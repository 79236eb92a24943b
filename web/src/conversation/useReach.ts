/**
 * Before a conversation with unread messages is shown, goes to the first of them, however many there
 * are: there one wants to begin, and what is shown at its end would count as read.
 */
import { useEffect, useState } from "react";
import type { ExcerptView, Seq } from "parley-client";
import { ParleyError } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Reading } from "../store/reading.ts";

export interface Reach {
  /** Not there yet. */
  reaching: boolean;
  /** What is unread begins before all that is shown, so that who sees that has not read it. */
  lacks: boolean;
}

/** `read`: up to where one has by now. */
export function useReach(reading: Reading, timeline: ExcerptView, readTo: Seq | undefined, read: Seq | undefined): Reach {
  const online = useObservable(useParley().status).state === "online";
  const target = useObservable(reading.target);
  /** Was shown, or one went elsewhere by oneself. */
  const [met, setMet] = useState<Seq | undefined>();
  /** Cannot be had, or another way was taken. */
  const [over, setOver] = useState<Seq | undefined>();
  const { items, has_older } = timeline;
  const oldest = items.find((item) => item.seq !== undefined)?.seq ?? Infinity;
  const isThere = readTo === undefined || oldest <= readTo + 1 || !has_older;
  const isNothing = oldest === Infinity && has_older;
  const lacks = met !== readTo && !isThere;
  const reaching = lacks && online && over !== readTo;

  useEffect(() => {
    if (!reaching || readTo === undefined) return;
    reading.reach(readTo + 1).then((arrived) => (arrived ? setMet : setOver)(readTo), (thrown) => {
      // The next connection tries again.
      if (!(thrown instanceof ParleyError && thrown.code === "disconnected")) setOver(readTo);
    });
  }, [reaching, reading, readTo]);
  useEffect(() => {
    if (!online) setOver(undefined);
  }, [online]);
  // Once shown it stays so, also when a hole opens before what is shown; until all of it is learned anew, and
  // nothing of it was read.
  useEffect(() => {
    if (isThere || target) setMet(readTo);
    else if (isNothing && read === readTo) setMet(undefined);
  }, [readTo, read, isThere, isNothing, target]);

  return { reaching, lacks };
}
