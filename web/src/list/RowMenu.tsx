import type { ConversationView } from "parley-client";
import { useStore } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { useComplain } from "../ui/notices.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useText } from "../words/useText.ts";
import { isMuted } from "./arrange.ts";
import { leaveRow } from "./rowKeys.ts";

/** What one may want of a conversation without opening it. */
export function RowMenu({ view, title, now }: { view: ConversationView; title: string; now: number }) {
  const { personal, markRead, goesOnceRead } = useWants(view);
  const complain = useComplain();
  const say = useText();
  const { conversation } = view;
  const isPinned = view.pinned !== undefined;
  const muted = isMuted(view, now);
  const isUnread = view.unread > 0 || view.marked_unread;
  return (
    <Popup
      label={say("list.actions", { title })} className="icon-button row-more" button={<Icon name="more" />}
      tabIndex={-1}
    >
      {(close) => {
        const choose = (act: () => Promise<unknown> | void) => () => {
          close();
          act()?.catch(complain);
        };
        const move = (act: () => Promise<unknown> | void) => choose(() => {
          leaveRow();
          return act();
        });
        return (
          <>
            <MenuItem
              icon={isUnread ? "read" : "unread"} text={say(isUnread ? "list.mark_read" : "list.mark_unread")}
              onChoose={(isUnread && goesOnceRead() ? move : choose)(() =>
                isUnread ? markRead() : personal.markUnread(conversation))}
            />
            <MenuItem
              icon={isPinned ? "unpin" : "pin"} text={say(isPinned ? "list.unpin" : "list.pin")}
              onChoose={move(() => personal.pin(conversation, !isPinned))}
            />
            <MenuItem
              icon={muted ? "unmute" : "mute"} text={say(muted ? "list.unmute" : "list.mute")}
              onChoose={choose(() => (muted ? personal.unmute(conversation) : personal.mute(conversation)))}
            />
            <MenuItem
              icon={view.archived ? "unarchive" : "archive"}
              text={say(view.archived ? "list.unarchive" : "list.archive")}
              onChoose={move(() => personal.archive(conversation, !view.archived))}
            />
          </>
        );
      }}
    </Popup>
  );
}

function useWants({ conversation }: ConversationView) {
  const { parley, list } = useStore();
  return {
    personal: parley.personal,
    markRead: (): void => parley.markRead(conversation),
    /** From what is shown of the list. */
    goesOnceRead: (): boolean => list.filter.getSnapshot() === "unread",
  };
}
