import type { MessageView, Seq } from "parley-client";
import { Name } from "../people/Name.tsx";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";
import { useActions } from "./actions.ts";

/** A line of it is shown. */
const CHARS_MAX = 200;

/** What a message answers; a press goes there, wherever it is. `message` is absent where it is not
 * among what is shown. */
export function Quote({ seq, message }: { seq: Seq; message: MessageView | undefined }) {
  const { show } = useActions();
  const say = useText();
  return (
    <button type="button" className="quote" onClick={() => show(seq)} tabIndex={-1}>
      {message
        ? (
          <>
            <strong><Name user={message.sender} /></strong>
            <span dir="auto">{message.text === undefined ? say("message.deleted") : plainOf(message.text, CHARS_MAX)}</span>
          </>
        )
        : <span>{say("message.earlier")}</span>}
    </button>
  );
}
