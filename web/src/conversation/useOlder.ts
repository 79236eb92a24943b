import type { RefObject } from "react";
import { useCallback, useEffect, useRef } from "react";
import type { Id, TimelineView } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../session/context.ts";

/** So near to the top the page before is asked for: there before one gets there. */
const NEAR_PX = 800;

/** Loads older pages as one scrolls up. The answer is for every scroll event. */
export function useOlder(
  log: RefObject<HTMLDivElement | null>,
  id: Id,
  timeline: TimelineView,
): () => void {
  const parley = useParley();
  const online = useObservable(parley.status).state === "online";
  const wanted = online && timeline.has_older && !timeline.loading;
  /** After a failure the next scroll tries again, not the next rendering. */
  const failed = useRef(false);

  const load = useCallback(() => {
    if (!wanted || !log.current || log.current.scrollTop > NEAR_PX) return;
    parley.loadOlder(id).catch(() => {
      failed.current = true;
    });
  }, [wanted, log, parley, id]);

  // A page may not have filled the window.
  useEffect(() => {
    if (!failed.current) load();
  }, [load, timeline]);

  return useCallback(() => {
    failed.current = false;
    load();
  }, [load]);
}
