/** What one began to write, the last thing said in a conversation or on its way there, or who types. */
import type { ConversationView, MessageView } from "parley-client";
import { FormattedMessage } from "react-intl";
import { Ticks } from "../message/Ticks.tsx";
import { useObservable } from "../hooks/useObservable.ts";
import { useName } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";

/** More does not fit the line, and shaping a long text for a list is slow. */
const CHARS_MAX = 160;

function inOneLine(text: string): string {
  return plainOf(text, CHARS_MAX).replace(/\s+/g, " ");
}

/** `isOpen`: one sees what one is writing there. */
export function Preview({ view, isOpen }: { view: ConversationView; isOpen: boolean }) {
  const say = useText();
  const parley = useParley();
  const typing = useObservable(parley.typing(view.conversation));
  const draft = useObservable(parley.personal.draft(view.conversation));
  const shown = view.outgoing ?? view.last;
  if (typing.length > 0) return <span className="row-sub row-typing">{say("preview.typing")}</span>;
  if (draft && !isOpen && shown?.status !== "failed") {
    return (
      <span className="row-sub row-said">
        <strong className="row-draft">{say("preview.draft")}</strong>
        <span className="row-words" dir="auto">{inOneLine(draft.text)}</span>
      </span>
    );
  }
  if (!shown) return <span className="row-sub">{say("preview.nothing")}</span>;
  const { status, error } = shown;
  const isTold = status === "waiting" || status === "failed" || view.kind === "direct";
  return (
    <span className="row-sub row-said">
      {status && isTold && <Ticks status={status} code={error?.code} />}
      {view.kind === "group" && <Speaker message={shown} />}
      {shown.text === undefined
        ? <em className="row-words">{say("preview.deleted")}</em>
        : <span className="row-words" dir="auto">{inOneLine(shown.text) || (shown.forwarded && say("message.forwarded"))}</span>}
      {view.refused && status !== "failed" && <Ticks status="failed" />}
    </span>
  );
}

function Speaker({ message }: { message: MessageView }) {
  const say = useText();
  const name = useName(message.sender);
  return (
    <span className="row-speaker">
      {message.own ? say("preview.you") : <FormattedMessage id="preview.by" values={{ name: <bdi>{name}</bdi> }} />}
    </span>
  );
}
