import type { ConversationView } from "parley-client";
import { memo } from "react";
import { Avatar } from "../people/Avatar.tsx";
import { titleOf } from "../people/names.ts";
import { usePresence } from "../people/usePresence.ts";
import type { Place } from "../route/place.ts";
import { hrefOf } from "../route/place.ts";
import { shortTime } from "../words/time.ts";
import { Preview } from "./Preview.tsx";

export interface ConversationRowProps {
  view: ConversationView;
  place: Place;
  isOpen: boolean;
  now: number;
}

export const ConversationRow = memo(
  function ConversationRow({ view, place, isOpen, now }: ConversationRowProps) {
    const online = usePresence(view.peer ?? "")?.online ?? false;
    const title = titleOf(view);
    const icon = view.kind === "group" ? "group" : view.kind === "self" ? "notes" : undefined;
    return (
      <li>
        <a className="row" href={hrefOf(place)} aria-current={isOpen ? "page" : undefined}>
          <Avatar id={view.peer ?? view.conversation} name={title} icon={icon} online={online} />
          <span className="row-main">
            <span className="row-line">
              <span className="row-title"><bdi>{title}</bdi></span>
              {online && <span className="unseen">online</span>}
              <time className="row-time" dateTime={new Date(view.time).toISOString()}>
                {shortTime(view.time, now)}
              </time>
            </span>
            <span className="row-line">
              <Preview view={view} />
              {view.unread > 0 && (
                <span className="badge">
                  {view.unread > 999 ? "999+" : view.unread}<span className="unseen"> unread</span>
                </span>
              )}
            </span>
          </span>
        </a>
      </li>
    );
  },
  (a, b) => a.view === b.view && a.isOpen === b.isOpen && a.now === b.now,
);
