import type { ConversationView } from "parley-client";
import { memo } from "react";
import { useIntl } from "react-intl";
import { Avatar } from "../people/Avatar.tsx";
import { iconOf, titleOf } from "../people/names.ts";
import { usePresence } from "../people/usePresence.ts";
import type { Place } from "../route/route.ts";
import { hrefOf } from "../route/route.ts";
import { Icon } from "../ui/Icon.tsx";
import { shortTime } from "../words/time.ts";
import { useText } from "../words/useText.ts";
import { isMuted } from "./arrange.ts";
import { Preview } from "./Preview.tsx";
import { RowMenu } from "./RowMenu.tsx";

/** A badge has room for three digits. */
const COUNT_MAX = 999;

export interface ConversationRowProps {
  view: ConversationView;
  place: Place;
  isOpen: boolean;
  now: number;
}

export const ConversationRow = memo(
  function ConversationRow({ view, place, isOpen, now }: ConversationRowProps) {
    const intl = useIntl();
    const say = useText();
    const online = usePresence(view.peer ?? "")?.online ?? false;
    const title = titleOf(view, say);
    const isUnread = view.unread > 0 || view.marked_unread;
    return (
      <>
        <a className={isUnread ? "row row-unread" : "row"} href={hrefOf(place)} aria-current={isOpen ? "page" : undefined}>
          <Avatar id={view.peer ?? view.conversation} name={title} icon={iconOf(view)} online={online} />
          <span className="row-main">
            <span className="row-line">
              <bdi className="row-title">{title}</bdi>
              {online && <span className="unseen">{say("list.online")}</span>}
              {view.time > 0 && (
                <time className="row-time" dateTime={new Date(view.time).toISOString()}>
                  {shortTime(intl, view.time, now)}
                </time>
              )}
            </span>
            <span className="row-line">
              <Preview view={view} isOpen={isOpen} />
              <Marks view={view} now={now} />
            </span>
          </span>
        </a>
        {!view.request && view.head > 0 && <RowMenu view={view} title={title} now={now} />}
      </>
    );
  },
  (a, b) => a.view === b.view && a.isOpen === b.isOpen && a.now === b.now,
);

/** What is to be said of a conversation beside what was said in it. */
function Marks({ view, now }: { view: ConversationView; now: number }) {
  const say = useText();
  const muted = isMuted(view, now);
  return (
    <span className="row-marks">
      {muted && <span className="row-mark"><Icon name="mute" /><span className="unseen">{say("list.muted")}</span></span>}
      {view.pinned !== undefined && (
        <span className="row-mark"><Icon name="pin" /><span className="unseen">{say("list.is_pinned")}</span></span>
      )}
      {view.mention !== undefined && (
        <span className="badge badge-mention"><Icon name="mention" /><span className="unseen">{say("list.mentioned")}</span></span>
      )}
      {(view.unread > 0 || view.marked_unread) && <Unread view={view} muted={muted} />}
    </span>
  );
}

function Unread({ view, muted }: { view: ConversationView; muted: boolean }) {
  const say = useText();
  const { unread } = view;
  const many = unread > COUNT_MAX;
  return (
    <span className={muted ? "badge badge-quiet" : "badge"}>
      <span aria-hidden="true">{unread === 0 ? "" : many ? `${COUNT_MAX}+` : unread}</span>
      <span className="unseen">
        {unread === 0 ? say("list.unread_mark") : many
          ? say("list.unread_many", { count: COUNT_MAX }) : say("list.unread", { count: unread })}
      </span>
    </span>
  );
}
