/** What is pinned for everybody here: the newest pin first, and with each press the next one. */
import type { Id, Seq } from "parley-client";
import { useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { Name } from "../people/Name.tsx";
import { useParley } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";

/** A line of it is shown. */
const CHARS_MAX = 200;

export function PinnedLine({ conversation, onShow }: { conversation: Id; onShow: (seq: Seq) => void }) {
  const say = useText();
  const pins = useObservable(useParley().pins(conversation)) ?? [];
  const [at, setAt] = useState(0);
  const index = at < pins.length ? at : 0;
  const message = pins[index]?.message;
  if (message?.type !== "message") return null;
  const show = (): void => {
    onShow(message.seq);
    setAt(index + 1);
  };
  return (
    <button type="button" className="pinned-line" onClick={show}>
      <Icon name="pin" />
      <span className="pinned-words">
        <strong>{say("talk.pinned", { at: index + 1, count: pins.length })} <Name user={message.sender} /></strong>
        <span dir="auto">{plainOf(message.text ?? "", CHARS_MAX)}</span>
      </span>
    </button>
  );
}
