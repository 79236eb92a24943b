import type { MessageView } from "parley-client";
import { useState } from "react";
import { Emoji } from "../emoji/Emoji.tsx";
import { useMe } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useText } from "../words/useText.ts";
import { useActions } from "./actions.ts";
import { focusLog } from "./focusLog.ts";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** Of all messages in a log one is a stop of the Tab key; the arrows go on from there. */
export function MessageMenu({ message, isLast }: { message: MessageView; isLast: boolean }) {
  const say = useText();
  return (
    <Popup
      label={say("message.menu")} className="icon-button message-more"
      button={<Icon name="more" />} tabIndex={isLast ? 0 : -1}
    >
      {(close) => <Menu message={message} close={close} />}
    </Popup>
  );
}

function Menu({ message, close }: { message: MessageView; close: () => void }) {
  const me = useMe();
  const actions = useActions();
  const say = useText();
  const [picks, setPicks] = useState(false);
  const { reply_to } = message;
  const isPinned = actions.isPinned(message);
  const mine = message.reactions.find((reaction) => reaction.user === me)?.emoji;
  const choose = (act: () => void) => () => {
    close();
    act();
  };
  const react = (emoji: string): void => choose(() => actions.react(message, emoji === mine ? "" : emoji))();
  if (picks) return <Emoji onChoose={react} />;
  return (
    <>
      {actions.mayReact && (
        <div className="emoji-row" role="group" aria-label={say("message.react")}>
          {EMOJI.map((emoji) => (
            <button
              key={emoji} type="button" className="emoji" aria-pressed={emoji === mine} aria-label={emoji}
              onClick={() => react(emoji)}
            >
              {emoji}
            </button>
          ))}
          <button type="button" className="emoji" aria-label={say("message.react_other")} onClick={() => setPicks(true)}>
            <Icon name="react" />
          </button>
        </div>
      )}
      {actions.mayWrite && <MenuItem icon="reply" text={say("message.reply")} onChoose={choose(() => actions.reply(message))} />}
      {reply_to !== undefined && (
        <MenuItem
          icon="answered" text={say("message.answered")}
          onChoose={choose(() => {
            focusLog();
            actions.show(reply_to);
          })}
        />
      )}
      <MenuItem icon="forward" text={say("message.forward")} onChoose={choose(() => actions.forward(message))} />
      {message.own && <MenuItem icon="info" text={say("message.info")} onChoose={choose(() => actions.info(message))} />}
      <MenuItem icon="copy" text={say("message.copy")} onChoose={choose(() => actions.copy(message))} />
      {actions.mayWrite && message.own && !message.forwarded && (
        <MenuItem icon="edit" text={say("message.edit")} onChoose={choose(() => actions.edit(message))} />
      )}
      {actions.mayPin && (
        <MenuItem
          icon={isPinned ? "unpin" : "pin"} text={say(isPinned ? "message.unpin" : "message.pin")}
          onChoose={choose(() => actions.pin(message, !isPinned))}
        />
      )}
      <MenuItem icon="hide" text={say("message.hide")} danger onChoose={choose(() => actions.hide(message))} />
      {actions.mayRemove(message) && (
        <MenuItem icon="remove" text={say("message.delete")} danger onChoose={choose(() => actions.remove(message))} />
      )}
    </>
  );
}
