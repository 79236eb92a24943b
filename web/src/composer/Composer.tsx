/** Where one writes: a message, an answer, or another text for a message. */
import type { ConversationView, Id } from "parley-client";
import { LIMITS } from "parley-client";
import type { FormEvent, KeyboardEvent, RefObject } from "react";
import { useEffect, useRef, useState } from "react";
import { useParley } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { bytesOf } from "../words/text.ts";
import { useDrafts } from "./drafts.ts";
import type { Intent } from "./intent.ts";
import { IntentLine } from "./IntentLine.tsx";
import { Room } from "./Room.tsx";
import "./composer.css";

export interface ComposerProps {
  id: Id;
  view: ConversationView | undefined;
  intent: Intent | undefined;
  onIntent: (intent: Intent | undefined) => void;
  /** Something new was said. */
  onSent: () => void;
}

export function Composer({ id, view, intent, onIntent, onSent }: ComposerProps) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const drafts = useDrafts();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => drafts.get(id) ?? "");
  const bytesMax = parley.limits.text_bytes_max ?? LIMITS.text_bytes_max;
  const said = text.trimEnd();
  const maySend = said.trim() !== "" && bytesOf(said) <= bytesMax;

  useFocusOnOpen(box);
  useEffect(() => {
    if (intent?.kind === "edit") setText(intent.message.text ?? "");
    // The text of the message that was to be edited is no answer.
    if (intent?.kind === "reply") setText(drafts.get(id) ?? "");
    if (intent) box.current?.focus();
  }, [intent, drafts, id]);

  const write = (now: string): void => {
    setText(now);
    if (intent?.kind !== "edit") drafts.set(id, now);
    if (view && view.kind !== "self" && now !== "") parley.types(view.conversation);
  };
  const end = (): void => {
    const draft = intent?.kind === "edit" ? drafts.get(id) ?? "" : "";
    drafts.set(id, draft);
    setText(draft);
    onIntent(undefined);
  };
  const send = (): void => {
    if (!maySend) return;
    const { kind, message } = intent ?? {};
    if (kind === "edit" && view && message?.seq !== undefined) {
      if (said !== message.text) parley.edit(view.conversation, message.seq, said).catch(complain);
    } else {
      // Refused for good, it stays in the log and says so itself.
      parley.send(id, said, message?.seq === undefined ? {} : { reply_to: message.seq }).catch(() => {});
      onSent();
    }
    end();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter takes its word; some browsers tell by the code alone.
    const composes = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composes) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && intent && !composes) {
      if (intent.kind === "edit") end();
      else onIntent(undefined);
    }
  };
  return (
    <form
      className="composer" aria-label={say("composer.label")}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
        box.current?.focus();
      }}
    >
      {intent && <IntentLine intent={intent} onCancel={intent.kind === "edit" ? end : () => onIntent(undefined)} />}
      <div className="composer-line">
        <div className="grows" data-text={`${text}\n`}>
          <textarea
            ref={box} rows={1} value={text} placeholder={say("composer.label")} aria-label={say("composer.box")}
            dir={text === "" ? undefined : "auto"} onChange={(event) => write(event.target.value)} onKeyDown={onKeyDown}
          />
        </div>
        <button type="submit" className="icon-button send" aria-label={say(intent?.kind === "edit" ? "composer.save" : "composer.send")} disabled={!maySend}>
          <Icon name={intent?.kind === "edit" ? "check" : "send"} />
        </button>
      </div>
      <Room bytes={bytesOf(said)} bytesMax={bytesMax} />
    </form>
  );
}

/** On a phone the keyboard would cover what one came to read. */
function useFocusOnOpen(box: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, [box]);
}
