/**
 * Conversations one below the other, of which only those in view are drawn: with 5,000 of them the
 * page holds a few dozen rows. Several of these may stand in one scrolling pane; each knows how far
 * down in it it begins.
 */
import type { ConversationView } from "parley-client";
import type { RefObject } from "react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useContextMenu } from "../hooks/useContextMenu.ts";
import { useNow } from "../hooks/useNow.ts";
import { useWatch } from "../people/usePresence.ts";
import type { Place } from "../route/route.ts";
import { hrefOf, placeOf } from "../route/route.ts";
import { ConversationRow } from "./ConversationRow.tsx";
import { onRowKey, rowMenuOf, takeComingBack } from "./rowKeys.ts";

const MINUTE_MS = 60_000;
/** Until a row was measured; as tall as it is where letters have their usual size, so that it then moves nothing. */
const ROW_PX = 60;
/** Drawn beyond what is in view, for the arrow keys and for quick fingers. */
const OVERSCAN = 8;

export interface RowsProps {
  views: readonly ConversationView[];
  place: Place | undefined;
  /** What scrolls; not there when its content is first drawn, so that it is state and no ref. */
  scroller: HTMLElement | null;
  label?: string;
  onChoose?: () => void;
}

export function Rows({ views, place, scroller, label, onChoose }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const top = useTop(list);
  const now = useNow(MINUTE_MS);
  const open = place && hrefOf(place);
  const contextMenu = useContextMenu(rowMenuOf);
  const virtual = useVirtualizer({
    count: views.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    // By where it leads: one to somebody new stays the same row when they have a conversation.
    getItemKey: (i) => (views[i] ? hrefOf(placeOf(views[i])) : i),
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  useEffect(() => {
    if (list.current) takeComingBack(list.current);
  });
  useWatch(items.flatMap(({ index }) => views[index]?.peer ?? []));

  return (
    <ul
      ref={list} className="rows" aria-label={label} onKeyDown={onRowKey} {...contextMenu}
      onClick={(event) => (event.target as HTMLElement).closest("a.row") && onChoose?.()}
      style={{ height: virtual.getTotalSize() }}
    >
      {items.map(({ index, key, start }) => {
        const view = views[index];
        if (!view) return null;
        const its = placeOf(view);
        return (
          <li
            key={key} ref={virtual.measureElement} data-index={index} className="rows-item"
            aria-setsize={views.length} aria-posinset={index + 1}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            <ConversationRow view={view} place={its} isOpen={hrefOf(its) === open} now={now} />
          </li>
        );
      })}
    </ul>
  );
}

/** How far down in what scrolls the list begins; looked at after every rendering, since what stands
 * above it may have changed. */
function useTop(list: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (list.current && list.current.offsetTop !== top) setTop(list.current.offsetTop);
  });
  return top;
}
