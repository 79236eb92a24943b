/**
 * Which lines of the log are drawn, and where: those in view and a few beyond. It holds still what
 * one looks at: at the end the newest line, anywhere else the first line in view, whatever comes in
 * before it or grows.
 */
import type { RefObject } from "react";
import { useCallback, useEffect, useLayoutEffect, useRef } from "react";
import type { Virtualizer } from "@tanstack/react-virtual";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { Line } from "./lines.ts";

/** So near to the end still is the end. */
const END_PX = 40;
const PADDING_PX = 16;
const OVERSCAN = 10;
/** Until a line was measured. */
const LINE_PX = { day: 44, unread: 40, notice: 32, message: 44 };

export type LogLines = Virtualizer<HTMLDivElement, HTMLLIElement>;

export interface LogView {
  virtual: LogLines;
  isAtEnd: () => boolean;
}

/** `follows`: what comes in behind the last line belongs there, so that one who is at the end goes
 * with it. */
export function useLogLines(
  log: RefObject<HTMLDivElement | null>, lines: readonly Line[], follows: boolean,
): LogView {
  const virtual = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    count: lines.length,
    getScrollElement: () => log.current,
    estimateSize: (i) => LINE_PX[lines[i]?.type ?? "message"],
    getItemKey: (i) => lines[i]?.id ?? i,
    anchorTo: "end",
    followOnAppend: follows,
    scrollEndThreshold: END_PX,
    overscan: OVERSCAN,
    paddingStart: PADDING_PX,
    paddingEnd: PADDING_PX,
  });
  const isAtEnd = useCallback(() => virtual.isAtEnd(END_PX), [virtual]);
  useBegin(virtual, lines);
  useOwnNew(virtual, lines);
  useStayAtEnd(log, virtual, isAtEnd);
  return { virtual, isAtEnd };
}

/** One begins at the first unread line, or at the end. */
function useBegin(virtual: LogLines, lines: readonly Line[]): void {
  const begun = useRef(false);
  useLayoutEffect(() => {
    if (begun.current || lines.length === 0) return;
    begun.current = true;
    const unread = lines.findIndex((line) => line.type === "unread");
    if (unread >= 0) virtual.scrollToIndex(unread, { align: "center" });
    else virtual.scrollToEnd();
  }, [virtual, lines]);
}

/** What one says oneself one sees. */
function useOwnNew(virtual: LogLines, lines: readonly Line[]): void {
  const before = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const last = lines.at(-1);
    if (last?.id === before.current) return;
    const isNew = before.current !== undefined;
    before.current = last?.id;
    if (isNew && last?.type === "message" && last.message.own) virtual.scrollToEnd();
  }, [virtual, lines]);
}

/** The window, and what one writes, may grow and shrink. */
function useStayAtEnd(
  log: RefObject<HTMLDivElement | null>, virtual: LogLines, isAtEnd: () => boolean,
): void {
  useEffect(() => {
    const box = log.current;
    if (!box) return undefined;
    let height = box.clientHeight;
    let wasAtEnd = true;
    const look = (): void => {
      wasAtEnd = isAtEnd();
    };
    const observer = new ResizeObserver(() => {
      if (box.clientHeight !== height && wasAtEnd) virtual.scrollToEnd();
      height = box.clientHeight;
    });
    box.addEventListener("scroll", look, { passive: true });
    observer.observe(box);
    return () => {
      box.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [log, virtual, isAtEnd]);
}
