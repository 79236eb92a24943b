/**
 * Before a conversation with unread messages is shown, goes to the first of them, however many there
 * are: there one wants to begin, and what is shown at its end would count as read.
 */
import { useEffect, useState } from "react";
import type { ExcerptView, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Reading } from "../store/reading.ts";

/** True: not there yet. */
export function useReach(reading: Reading, timeline: ExcerptView, readTo: Seq | undefined): boolean {
  const online = useObservable(useParley().status).state === "online";
  const [over, setOver] = useState<Seq | undefined>();
  const { items, has_older } = timeline;
  const oldest = items.find((item) => item.seq !== undefined)?.seq ?? Infinity;
  const isThere = readTo === undefined || oldest <= readTo + 1 || !has_older;
  const reaching = over !== readTo && online && !isThere;

  useEffect(() => {
    if (reaching && readTo !== undefined) reading.reach(readTo + 1).catch(() => {}).finally(() => setOver(readTo));
  }, [reaching, reading, readTo]);
  // Once shown it stays so, also when a hole opens before what is shown.
  useEffect(() => {
    if (!reaching && online) setOver(readTo);
  }, [readTo, reaching, online]);

  return reaching;
}
