import type { Id } from "parley-client";
import { useEffect } from "react";
import { FormattedMessage } from "react-intl";
import { Name } from "../people/Name.tsx";
import { Icon } from "../ui/Icon.tsx";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";
import type { Intent } from "./intent.ts";
import { useAnswered } from "./useAnswered.ts";

const CHARS_MAX = 160;

export interface IntentLineProps {
  conversation: Id;
  intent: Intent;
  onCancel: () => void;
  /** What is answered is there no more. */
  onGone: () => void;
}

/** What is being answered or changed. */
export function IntentLine({ conversation, intent, onCancel, onGone }: IntentLineProps) {
  const say = useText();
  const { kind } = intent;
  const message = useAnswered(conversation, intent);
  useEffect(() => {
    if (message === null) onGone();
    // Once, whoever is told.
  }, [message]);
  return (
    <div className="intent">
      <Icon name={kind} />
      <p>
        <strong>
          {kind === "edit" ? say("composer.editing") : !message ? say("message.earlier")
            : <FormattedMessage
                id="composer.replying" values={{ name: <Name user={message.sender} />, whom: message.own ? "you" : "other" }}
              />}
        </strong>
        {message && <span dir="auto">{message.deleted ? say("message.deleted") : plainOf(message.text ?? "", CHARS_MAX)}</span>}
      </p>
      <button type="button" className="icon-button" aria-label={say("app.cancel")} onClick={onCancel}>
        <Icon name="close" />
      </button>
    </div>
  );
}
