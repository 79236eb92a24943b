import type { MessageView } from "parley-client";
import { useMe } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useText } from "../words/useText.ts";
import { useActions } from "./actions.ts";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** Of all messages in a log one is a stop of the Tab key; the arrows go on from there. */
export function MessageMenu({ message, isLast }: { message: MessageView; isLast: boolean }) {
  const me = useMe();
  const actions = useActions();
  const say = useText();
  const mine = message.reactions.find((reaction) => reaction.user === me)?.emoji;
  return (
    <Popup
      label={say("message.menu")} className="icon-button message-more"
      button={<Icon name="more" />} tabIndex={isLast ? 0 : -1}
    >
      {(close) => {
        const choose = (act: () => void) => () => {
          close();
          act();
        };
        return (
          <>
            <div className="emoji-row" role="group" aria-label={say("message.react")}>
              {EMOJI.map((emoji) => (
                <button
                  key={emoji} type="button" className="emoji" aria-pressed={emoji === mine}
                  aria-label={emoji}
                  onClick={choose(() => actions.react(message, emoji === mine ? "" : emoji))}
                >
                  {emoji}
                </button>
              ))}
            </div>
            <MenuItem icon="reply" text={say("message.reply")} onChoose={choose(() => actions.reply(message))} />
            <MenuItem icon="copy" text={say("message.copy")} onChoose={choose(() => actions.copy(message))} />
            {message.own && (
              <MenuItem icon="edit" text={say("message.edit")} onChoose={choose(() => actions.edit(message))} />
            )}
            <MenuItem icon="hide" text={say("message.hide")} danger onChoose={choose(() => actions.hide(message))} />
            {message.own && (
              <MenuItem icon="remove" text={say("message.delete")} danger onChoose={choose(() => actions.remove(message))} />
            )}
          </>
        );
      }}
    </Popup>
  );
}
