import { FormattedMessage } from "react-intl";
import { Name } from "../people/Name.tsx";
import { Icon } from "../ui/Icon.tsx";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";
import type { Intent } from "./intent.ts";

const CHARS_MAX = 160;

/** What is being answered or changed. */
export function IntentLine({ intent, onCancel }: { intent: Intent; onCancel: () => void }) {
  const say = useText();
  const { kind, message } = intent;
  return (
    <div className="intent">
      <Icon name={kind} />
      <p>
        <strong>
          {kind === "edit" ? say("composer.editing")
            : <FormattedMessage
                id="composer.replying" values={{ name: <Name user={message.sender} />, whom: message.own ? "you" : "other" }}
              />}
        </strong>
        <span dir="auto">{plainOf(message.text ?? "", CHARS_MAX)}</span>
      </p>
      <button type="button" className="icon-button" aria-label={say("app.cancel")} onClick={onCancel}>
        <Icon name="close" />
      </button>
    </div>
  );
}
