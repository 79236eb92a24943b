/** Marks as read what is in view of somebody who looks: up to the last message whose end shows. */
import type { RefObject } from "react";
import { useCallback, useEffect } from "react";
import type { Id } from "parley-client";
import { useLooking } from "../hooks/useLooking.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import { lastInView } from "./inView.ts";
import type { Line } from "./lines.ts";

/** `lacks`: what is unread begins before the lines. The answer is for every scroll event. */
export function useMarkRead(
  log: RefObject<HTMLDivElement | null>,
  id: Id,
  lines: readonly Line[],
  lacks: boolean,
): () => void {
  const parley = useParley();
  const synced = useObservable(parley.synced);
  const online = useObservable(parley.status).state === "online";
  // What comes in with a new connection first gets its line: useReadTo().
  const looks = useLooking() && (synced || !online) && !lacks;

  const read = useCallback(() => {
    const seq = looks && log.current ? lastInView(log.current) : undefined;
    if (seq !== undefined) parley.markRead(id, seq);
  }, [looks, log, parley, id]);

  // After the log has been scrolled to where it belongs.
  useEffect(() => {
    const frame = requestAnimationFrame(read);
    return () => cancelAnimationFrame(frame);
  }, [read, lines]);

  return read;
}
