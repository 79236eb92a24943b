/**
 * Before a conversation with unread messages is shown, loads back to the first of them: there
 * one wants to begin, and what is shown at its end would count as read.
 */
import { useEffect, useState } from "react";
import type { ExcerptView, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Reading } from "../store/reading.ts";

/** With more unread than so, one begins at the end. */
const ITEMS_MAX = 500;

/** True: not there yet. */
export function useReach(reading: Reading, timeline: ExcerptView, readTo: Seq | undefined): boolean {
  const online = useObservable(useParley().status).state === "online";
  const [over, setOver] = useState(false);
  const { items, has_older, loading } = timeline;
  const oldest = items.find((item) => item.seq !== undefined)?.seq ?? Infinity;
  const isThere = readTo === undefined || oldest <= readTo + 1 || !has_older;
  const reaching = !over && online && !isThere && items.length < ITEMS_MAX;

  useEffect(() => {
    if (reaching && !loading) reading.older().catch(() => setOver(true));
  }, [reaching, loading, reading, oldest]);
  // Once shown it stays so, also when a hole opens before what is shown.
  useEffect(() => {
    if (readTo !== undefined && !reaching && online) setOver(true);
  }, [readTo, reaching, online]);

  return reaching;
}
