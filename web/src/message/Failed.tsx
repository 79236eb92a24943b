import type { MessageView } from "parley-client";
import { wordsForUnsent } from "../words/errors.ts";
import { useText } from "../words/useText.ts";
import { useActions } from "./actions.ts";
import { focusLog } from "./focusLog.ts";

/** Why a message did not go out, and what to do about it. */
export function Failed({ message }: { message: MessageView }) {
  const { retry, discard } = useActions();
  const say = useText();
  const again = (): void => {
    focusLog(); // the button goes
    retry(message);
  };
  return (
    <p className="failed" role="alert">
      <span>{wordsForUnsent(message.error?.code ?? "", say)}</span>
      <button type="button" className="link" onClick={again}>{say("message.retry")}</button>
      <button type="button" className="link" onClick={() => discard(message)}>{say("message.discard")}</button>
    </p>
  );
}
