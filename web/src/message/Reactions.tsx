import type { Id, MessageView } from "parley-client";
import { useMemo } from "react";
import { isolated, useNames } from "../people/names.ts";
import { useMe } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { useActions } from "./actions.ts";
import { leaveReaction } from "./focusLog.ts";

/** Names that a line has room for. */
const NAMES_MAX = 12;

/** Who reacted how: each emoji once, with how many. */
export function Reactions({ message }: { message: MessageView }) {
  const say = useText();
  const byEmoji = useMemo(() => {
    const all = new Map<string, Id[]>();
    for (const { emoji, user } of message.reactions) all.set(emoji, [...(all.get(emoji) ?? []), user]);
    return [...all];
  }, [message.reactions]);
  return (
    <ul className="reactions" aria-label={say("message.reactions")}>
      {byEmoji.map(([emoji, users]) => <li key={emoji}><Reaction message={message} emoji={emoji} users={users} /></li>)}
    </ul>
  );
}

/** A press joins in, or takes one's own back. */
function Reaction({ message, emoji, users }: { message: MessageView; emoji: string; users: readonly Id[] }) {
  const { mayReact, react } = useActions();
  const say = useText();
  const mine = users.includes(useMe());
  const shown = useMemo(() => users.slice(0, NAMES_MAX), [users]);
  const names = useNames(shown).map(isolated).join(say("talk.between"));
  const by = say("talk.members", { names, more: users.length - shown.length });
  return (
    <button
      type="button" className="reaction" aria-pressed={mine} aria-label={`${emoji}, ${users.length}: ${by}`} title={by}
      disabled={!mayReact}
      onClick={({ currentTarget }) => {
        if (mine && users.length === 1) leaveReaction(currentTarget);
        react(message, mine ? "" : emoji);
      }}
    >
      <span className="reaction-emoji">{emoji}</span>
      {users.length > 1 && <span className="reaction-count">{users.length}</span>}
    </button>
  );
}
