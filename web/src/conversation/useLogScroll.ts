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

/** The answer is for every scroll event, and for right before the lines change: by then the browser
 * may have scrolled further than it has told. */
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
  if (atEnd) return { atEnd };
  const edge = box.getBoundingClientRect().top;
  for (const line of box.querySelectorAll<HTMLElement>("[data-line]")) {
    const { top, bottom } = line.getBoundingClientRect();
    if (bottom > edge) return { atEnd, line: { id: line.dataset["line"] ?? "", top: top - edge } };
  }
  return { atEnd };
}

/** What is held, where it was. */
function keep(box: HTMLElement, { atEnd, line }: Hold): void {
  if (atEnd) {
    moveBy(box, box.scrollHeight - box.clientHeight - box.scrollTop);
    return;
  }
  const held = line && find(box, line.id);
  if (held) moveBy(box, topOf(box, held) - line.top);
}

/** Not at all where nothing moved: to set a place ends a smooth scroll that is under way. */
function moveBy(box: HTMLElement, px: number): void {
  if (Math.abs(px) >= 1) box.scrollTop += px;
}

function topOf(box: HTMLElement, line: HTMLElement): number {
  return line.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

/** False: nothing is unread. */
function showUnread(box: HTMLElement): boolean {
  const unread = find(box, "unread");
  if (!unread) return false;
  moveBy(box, topOf(box, unread) - box.clientHeight * UNREAD_SHOWN_AT);
  return true;
}

function find(box: HTMLElement, id: string): HTMLElement | null {
  return box.querySelector(`[data-line="${CSS.escape(id)}"]`);
}
