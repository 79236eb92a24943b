import type { MessageView } from "parley-client";
import { Name } from "../people/Name.tsx";

/** A line of it is shown. */
const CHARS_MAX = 200;

/** What a message answers; a press goes there. */
export function Quote({ message }: { message: MessageView | undefined }) {
  if (!message) return <p className="quote">An earlier message</p>;
  const show = (): void => {
    const line = document.querySelector(`[data-line="${CSS.escape(message.id)}"]`);
    line?.scrollIntoView({ block: "center" });
  };
  return (
    <button type="button" className="quote" onClick={show} tabIndex={-1}>
      <strong><Name user={message.sender} /></strong>
      <span dir="auto">{message.text?.slice(0, CHARS_MAX) ?? "Message deleted"}</span>
    </button>
  );
}
