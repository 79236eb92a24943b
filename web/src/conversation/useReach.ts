/**
 * Before a conversation with unread messages is shown, loads back to the first of them: there
 * one wants to begin, and what is shown at its end would count as read.
 */
import { useEffect, useState } from "react";
import type { Id, Seq, TimelineView } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../session/context.ts";

/** With more unread than so, one begins at the end. */
const ITEMS_MAX = 500;

/** True: not there yet. */
export function useReach(id: Id, timeline: TimelineView, readTo: Seq | undefined): boolean {
  const parley = useParley();
  const online = useObservable(parley.status).state === "online";
  const [over, setOver] = useState(false);
  const { items, has_older, loading } = timeline;
  const oldest = items.find((item) => item.seq !== undefined)?.seq ?? Infinity;
  const isThere = readTo === undefined || oldest <= readTo + 1 || !has_older;
  const reaching = !over && online && !isThere && items.length < ITEMS_MAX;

  useEffect(() => {
    if (reaching && !loading) parley.loadOlder(id).catch(() => setOver(true));
  }, [reaching, loading, parley, id, oldest]);
  // Once shown it stays so, also when a hole opens before what is shown.
  useEffect(() => {
    if (readTo !== undefined && !reaching && online) setOver(true);
  }, [readTo, reaching, online]);

  return reaching;
}
