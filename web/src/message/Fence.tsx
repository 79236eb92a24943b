import { useEffect, useState } from "react";
import { Icon } from "../ui/Icon.tsx";
import { copyText } from "../ui/copyText.ts";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** So long the button says that it did. */
const COPIED_MS = 2000;

/** Code as it was written, and a button that copies it. */
export function Fence({ text }: { text: string }) {
  const say = useText();
  const complain = useComplain();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    copyText(text).then(() => setCopied(true), complain);
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
