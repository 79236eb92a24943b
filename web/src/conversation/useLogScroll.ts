/**
 * Holds still what one looks at: at the end the newest line, anywhere else the first line in view,
 * whatever grows above it or below. By hand, since browsers differ in what they hold, and none
 * holds anything at the very top.
 */
import type { RefObject } from "react";
import { useCallback, useEffect, useLayoutEffect, useRef } from "react";
import type { Line } from "./lines.ts";

/** So near to the end still is the end. */
const END_PX = 40;
/** What was read before stays in view above the first unread line. */
const UNREAD_SHOWN_AT = 0.25;

interface Hold {
  atEnd: boolean;
  /** The first line in view and how far below the log's upper edge it stands. */
  line?: { id: string; top: number };
}

/** The answer is for every scroll event. */
export function useLogScroll(log: RefObject<HTMLDivElement | null>, lines: readonly Line[]) {
  const hold = useRef<Hold>({ atEnd: true });
  const shown = useRef<{ last: string | undefined } | undefined>(undefined);

  const remember = useCallback(() => {
    if (log.current) hold.current = look(log.current);
  }, [log]);

  useLayoutEffect(() => {
    const box = log.current;
    const last = lines.at(-1);
    if (!box || !last) return;
    const first = !shown.current;
    const isOwnNew = last.type === "message" && last.message.own && last.id !== shown.current?.last;
    shown.current = { last: last.id };
    if (first && showUnread(box)) {
      remember();
      return;
    }
    if (first || isOwnNew) hold.current = { atEnd: true };
    keep(box, hold.current);
    remember();
  }, [log, lines, remember]);

  useEffect(() => {
    const box = log.current;
    if (!box?.firstElementChild) return undefined;
    const observer = new ResizeObserver(() => keep(box, hold.current));
    observer.observe(box);
    observer.observe(box.firstElementChild);
    return () => observer.disconnect();
  }, [log]);

  return remember;
}

function look(box: HTMLElement): Hold {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
  const edge = box.getBoundingClientRect().top;
  for (const line of box.querySelectorAll<HTMLElement>("[data-line]")) {
    const { top, bottom } = line.getBoundingClientRect();
    if (bottom > edge) return { atEnd, line: { id: line.dataset["line"] ?? "", top: top - edge } };
  }
  return { atEnd };
}

function keep(box: HTMLElement, { atEnd, line }: Hold): void {
  if (atEnd) {
    box.scrollTop = box.scrollHeight;
    return;
  }
  const held = line && find(box, line.id);
  if (!held) return;
  const top = held.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += top - line.top;
}

/** False: nothing is unread. */
function showUnread(box: HTMLElement): boolean {
  const unread = find(box, "unread");
  if (!unread) return false;
  const top = unread.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += top - box.clientHeight * UNREAD_SHOWN_AT;
  return true;
}

function find(box: HTMLElement, id: string): HTMLElement | null {
  return box.querySelector(`[data-line="${CSS.escape(id)}"]`);
}
