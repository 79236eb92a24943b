import type { MessageView } from "parley-client";
import { wordsForCode } from "../words/errors.ts";
import { useActions } from "./actions.ts";

/** Why a message did not go out, and what to do about it. */
export function Failed({ message }: { message: MessageView }) {
  const { retry, discard } = useActions();
  return (
    <p className="failed" role="alert">
      <span>Not sent. {wordsForCode(message.error?.code ?? "")}</span>
      <button type="button" className="link" onClick={() => retry(message)}>Try again</button>
      <button type="button" className="link" onClick={() => discard(message)}>Discard</button>
    </p>
  );
}
