import type { Id } from "parley-client";
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
}

/** What is being answered or changed. */
export function IntentLine({ conversation, intent, onCancel }: IntentLineProps) {
  const say = useText();
  const { kind } = intent;
  const message = useAnswered(conversation, intent);
  return (
    <div className="intent">
      <Icon name={kind} />
      <p>
        <strong>
          {kind === "edit" ? say("composer.editing") : message === undefined ? say("message.earlier")
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
