import type { Id, MessageView } from "parley-client";
import { useMe } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { useActions } from "./actions.ts";

/** Who reacted how: each emoji once, with how many. A press joins in, or takes one's own back. */
export function Reactions({ message }: { message: MessageView }) {
  const me = useMe();
  const { mayReact, react } = useActions();
  const say = useText();
  const byEmoji = new Map<string, Id[]>();
  for (const { emoji, user } of message.reactions) {
    byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), user]);
  }
  return (
    <ul className="reactions" aria-label={say("message.reactions")}>
      {[...byEmoji].map(([emoji, users]) => {
        const mine = users.includes(me);
        return (
          <li key={emoji}>
            <button
              type="button" className="reaction" aria-pressed={mine}
              aria-label={`${emoji}, ${users.length}`} disabled={!mayReact}
              onClick={() => react(message, mine ? "" : emoji)}
            >
              <span className="reaction-emoji">{emoji}</span>
              {users.length > 1 && <span className="reaction-count">{users.length}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
