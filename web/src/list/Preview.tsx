/** The last thing said in a conversation, or who types. */
import type { ConversationView, Id, MessageView } from "parley-client";
import { Ticks } from "../message/Ticks.tsx";
import { useObservable } from "../hooks/useObservable.ts";
import { useName } from "../people/names.ts";
import { useParley } from "../session/context.ts";

/** More does not fit the line, and shaping a long text for a list is slow. */
const CHARS_MAX = 160;

export function Preview({ view }: { view: ConversationView }) {
  const typing = useObservable(useParley().typing(view.conversation));
  const { last } = view;
  if (typing.length > 0) return <span className="row-sub row-typing">typing…</span>;
  if (!last) return <span className="row-sub">Nothing said yet</span>;
  return (
    <span className="row-sub">
      {last.own && last.status && view.kind === "direct" && <Ticks status={last.status} />}
      {view.kind === "group" && <Speaker message={last} />}
      {last.text === undefined
        ? <em>Message deleted</em>
        : <bdi>{last.text.slice(0, CHARS_MAX).replace(/\s+/g, " ")}</bdi>}
    </span>
  );
}

function Speaker({ message }: { message: MessageView }) {
  return <>{message.own ? "You" : <Other user={message.sender} />}: </>;
}

function Other({ user }: { user: Id }) {
  return <bdi>{useName(user)}</bdi>;
}
