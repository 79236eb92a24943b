import type { RefObject } from "react";
import { useCallback, useEffect, useRef } from "react";
import type { ExcerptView } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Reading } from "../store/reading.ts";

/** So near to an end the page beyond is asked for: there before one gets there. */
const NEAR_PX = 800;

/** Loads the pages before and behind as one scrolls. The answer is for every scroll event. */
export function useOlder(
  log: RefObject<HTMLDivElement | null>, reading: Reading, timeline: ExcerptView,
): () => void {
  const online = useObservable(useParley().status).state === "online";
  const { has_older, has_newer, loading } = timeline;
  /** After a failure the next scroll tries again, not the next rendering. */
  const failed = useRef(false);

  const load = useCallback(() => {
    const box = log.current;
    if (!box || !online || loading) return;
    const fail = (): void => {
      failed.current = true;
    };
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    if (has_older && box.scrollTop <= NEAR_PX) reading.older().catch(fail);
    else if (has_newer && below <= NEAR_PX) reading.newer().catch(fail);
  }, [log, online, loading, has_older, has_newer, reading]);

  // A page may not have filled the window.
  useEffect(() => {
    if (!failed.current) load();
  }, [load, timeline]);

  return useCallback(() => {
    failed.current = false;
    load();
  }, [load]);
}
