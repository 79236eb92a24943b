/**
 * Which lines of the log are drawn, and where: those in view and a few beyond. It holds still what
 * one looks at: at the end the newest line, anywhere else the first line in view, whatever comes in
 * before it or grows.
 */
import type { RefObject } from "react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Seq } from "parley-client";
import type { VirtualItem, Virtualizer } from "@tanstack/react-virtual";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { Line } from "./lines.ts";

/** So near to the end still is the end. */
const END_PX = 40;
const PADDING_PX = 16;
const OVERSCAN = 10;
/** Pages that come within a frame or two. */
const FIRST_MET_MAX = 8;
/** Until a line was measured. */
const LINE_PX = { day: 44, unread: 40, notice: 32, message: 44 };

export type LogLines = Virtualizer<HTMLDivElement, HTMLLIElement>;

export interface LogView {
  virtual: LogLines;
  isAtEnd: boolean;
}

/** `readTo`: one begins behind it. `follows`: what comes in behind the last line belongs there, so that one
 * who is at the end goes with it. */
export function useLogLines(
  log: RefObject<HTMLDivElement | null>, lines: readonly Line[], readTo: Seq | undefined, follows: boolean,
): LogView {
  // Where the past meets the end, what comes in behind it is no news.
  const followed = useRef(follows);
  useLayoutEffect(() => {
    followed.current = follows;
  });
  const virtual = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    count: lines.length,
    getScrollElement: () => log.current,
    estimateSize: (i) => LINE_PX[lines[i]?.type ?? "message"],
    getItemKey: (i) => lines[i]?.id ?? i,
    anchorTo: "end",
    followOnAppend: follows && followed.current,
    scrollEndThreshold: END_PX,
    overscan: OVERSCAN,
    paddingStart: PADDING_PX,
    paddingEnd: PADDING_PX,
  });
  const met = useFirstMet(lines);
  virtual.shouldAdjustScrollPositionOnItemSizeChange = (item) => met.has(item.key) || isAbove(item, virtual);
  const isAtEnd = useAtEnd(log, virtual);
  useBegin(virtual, lines, readTo, isAtEnd && follows);
  return { virtual, isAtEnd };
}

/** What changes its size above the view moves nothing in it, whichever way one scrolls. Where the size
 * was a guess until now, that is so too of what spans the upper edge, and of what came into view above
 * something that is known: with more than a few lines a frame one scrolls beyond what was measured. */
function isAbove({ key, index, start, end }: VirtualItem, virtual: LogLines): boolean {
  const edge = virtual.scrollOffset ?? 0;
  if (end <= edge) return true;
  if (virtual.itemSizeCache.has(key)) return false;
  const below = edge + (virtual.scrollRect?.height ?? 0);
  return start < edge || virtual.getVirtualItems().some((item) =>
    item.index > index && item.start < below && virtual.itemSizeCache.has(item.key));
}

/** Lines that were the first until the page before them came: what such a one was seen to begin, it may
 * not any more, and then changes at its upper end. The next page may come before that was measured. */
function useFirstMet(lines: readonly Line[]): ReadonlySet<unknown> {
  const [met] = useState(() => new Set<unknown>());
  const first = useRef<string>(undefined);
  const id = lines[0]?.id;
  useLayoutEffect(() => {
    met.delete(first.current);
    met.add(first.current);
    for (const old of met) if (met.size > FIRST_MET_MAX) met.delete(old);
    first.current = id;
  }, [met, id]);
  return met;
}

/** One begins at the first unread line, or at the end. At the end one begins anew where something else is unread: it
 * came while one was away. */
function useBegin(virtual: LogLines, lines: readonly Line[], readTo: Seq | undefined, wasAtEnd: boolean): void {
  const begun = useRef<Seq | "end">(undefined);
  useLayoutEffect(() => {
    if (lines.length === 0) begun.current = undefined;
    if (lines.length === 0 || begun.current === (readTo ?? "end")) return;
    const unread = lines.findIndex((line) => line.type === "unread");
    const isFirst = begun.current === undefined;
    if (unread >= 0) {
      begun.current = readTo ?? "end";
      if (isFirst || wasAtEnd) virtual.scrollToIndex(unread, { align: "center" });
    } else if (isFirst) {
      begun.current = "end";
      virtual.scrollToEnd();
    }
  }, [virtual, lines, readTo, wasAtEnd]);
}

/** Whether the end is in view; who is there stays there as the window, or what one writes, grows and
 * shrinks. Asked of the page, after it has been laid out: the virtualizer learns of it later. */
function useAtEnd(log: RefObject<HTMLDivElement | null>, virtual: LogLines): boolean {
  const [isAtEnd, setAtEnd] = useState(true);
  useLayoutEffect(() => {
    if (log.current) setAtEnd(endsInView(log.current));
  });
  useEffect(() => {
    const box = log.current;
    if (!box) return undefined;
    let height = box.clientHeight;
    let was = true;
    const look = (): void => {
      was = endsInView(box);
      setAtEnd(was);
    };
    const observer = new ResizeObserver(() => {
      if (box.clientHeight !== height && was) virtual.scrollToEnd();
      height = box.clientHeight;
    });
    box.addEventListener("scroll", look, { passive: true });
    observer.observe(box);
    return () => {
      box.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [log, virtual]);
  return isAtEnd;
}

function endsInView(box: HTMLElement): boolean {
  return box.scrollHeight - box.scrollTop - box.clientHeight <= END_PX;
}
