import { useLayoutEffect, useState } from "react";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";
import { useObservable } from "../hooks/useObservable.ts";
import type { Place } from "../route/route.ts";
import { useStore } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";
import type { Filter } from "./arrange.ts";
import { Rows } from "./Rows.tsx";

const EMPTY: Record<Filter, TextId> = {
  all: "list.empty", unread: "list.empty_unread", groups: "list.empty_groups",
};

/** Requests first, then what one pinned, then the rest, the newest first. */
export function ConversationList({ place }: { place: Place | undefined }) {
  const { parley, list } = useStore();
  const say = useText();
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const filter = useObservable(list.filter);
  const requests = useObservable(parley.requests);
  const synced = useObservable(parley.synced);
  const { pinned, rest, archived } = useObservable(list.arranged);
  const asked = [...useObservable(parley.contacts.known).values()].filter(({ state }) => state === "received").length;
  const onKeyDown = useArrowKeys("a");
  useLayoutEffect(() => {
    // Where one had scrolled to says nothing of what stands there now.
    if (scroller) scroller.scrollTop = 0;
  }, [scroller, filter]);
  const asks = filter === "all" && requests.length > 0;
  const isEmpty = !asks && pinned.length + rest.length === 0;

  return (
    <nav ref={setScroller} className="list-scroll" aria-label={say("list.nav")} aria-busy={!synced} onKeyDown={onKeyDown}>
      {asked > 0 && (
        <button type="button" className="row rows-more" onClick={() => list.show("contacts")}>
          <Icon name="add" />
          <span className="row-main">{say("contacts.received")}</span>
          <span className="badge">{asked}</span>
        </button>
      )}
      {asks && (
        <section aria-labelledby="requests">
          <h2 id="requests" className="rows-head">{say("list.requests")}</h2>
          <Rows views={requests} place={place} scroller={scroller} />
        </section>
      )}
      {pinned.length > 0 && (
        <section aria-labelledby="pinned">
          <h2 id="pinned" className="rows-head"><Icon name="pin" />{say("list.pinned")}</h2>
          <Rows views={pinned} place={place} scroller={scroller} />
        </section>
      )}
      {asks || pinned.length > 0 ? <h2 className="rows-head">{say("list.rest")}</h2> : null}
      {isEmpty && <p className="hint">{say(synced ? EMPTY[filter] : "app.loading")}</p>}
      <Rows views={rest} place={place} scroller={scroller} />
      {archived.length > 0 && filter === "all" && (
        <button type="button" className="row rows-more" onClick={() => list.show("archived")}>
          <Icon name="archive" />
          <span className="row-main">{say("list.archived")}</span>
          <span className="rows-count">{archived.length}</span>
        </button>
      )}
    </nav>
  );
}
