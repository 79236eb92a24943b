import { useState } from "react";
import { Icon } from "../ui/Icon.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** Code as it was written, and a button that copies it. */
export function Fence({ text }: { text: string }) {
  const say = useText();
  const complain = useComplain();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => setCopied(true), complain);
  };
  return (
    <div className="fence">
      <pre dir="ltr" tabIndex={0} role="group" aria-label={say("message.code")}><code>{text}</code></pre>
      <button type="button" className="icon-button fence-copy" aria-label={say(copied ? "message.copied" : "message.copy_code")} onClick={copy}>
        <Icon name={copied ? "check" : "copy"} />
      </button>
    </div>
  );
}
