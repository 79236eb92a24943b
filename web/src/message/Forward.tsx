/** To whom a message is given on: conversations that one has, several at once. */
import type { ConversationView, Id } from "parley-client";
import { ParleyError } from "parley-client";
import type { FormEvent } from "react";
import { useMemo, useState } from "react";
import type { SheetProps } from "../conversation/Sheets.tsx";
import { useObservable } from "../hooks/useObservable.ts";
import { isWritable, sought } from "../list/arrange.ts";
import { useSteady } from "../list/useSteady.ts";
import { Avatar } from "../people/Avatar.tsx";
import { iconOf, titleOf, useTitleOf } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { Dialog, closeDialog } from "../ui/Dialog.tsx";
import { useComplain } from "../ui/notices.tsx";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";

/** More are found by their names. */
const SHOWN_MAX = 50;
/** To more it would be a broadcast. */
const CHOSEN_MAX = 20;
const CHARS_MAX = 200;

/** Whether it was in the outbox before it was refused. */
function isTaken(error: unknown): boolean {
  return error instanceof ParleyError && error.code !== "outbox_full";
}

export default function Forward({ conversation, message, onDone }: SheetProps) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const titleOfView = useTitleOf();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<readonly Id[]>([]);
  const conversations = useSteady();
  const blocked = useObservable(parley.blocked);
  const shown = useMemo(() => {
    const writable = conversations.filter((view) => isWritable(view) && !blocked.includes(view.peer ?? ""));
    const found = typed.trim() === "" ? writable : sought(writable, typed, titleOfView);
    return found.slice(0, SHOWN_MAX);
  }, [conversations, blocked, typed, titleOfView]);
  const { seq, text, expires } = message;

  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (seq === undefined || chosen.length === 0) return;
    const words = expires === undefined ? text : undefined;
    for (const to of chosen) {
      // Refused, it stays in the log there and says so itself.
      parley.forward(conversation, seq, to, words).catch((error) => isTaken(error) || complain(error));
    }
    closeDialog(event);
  };
  const turn = (view: ConversationView): void => {
    const { conversation: id } = view;
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  };
  return (
    <Dialog title={say("message.forward_to")} onClose={onDone}>
      <form className="forward" onSubmit={send}>
        <p className="forward-what" dir="auto">{plainOf((text ?? "").slice(0, CHARS_MAX))}</p>
        <input
          type="search" className="dialog-search" value={typed} placeholder={say("list.find")} aria-label={say("list.find")}
          autoComplete="off" onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
        <ul className="dialog-list" aria-label={say("list.label")}>
          {shown.map((view) => {
            const title = titleOf(view, say);
            const isChosen = chosen.includes(view.conversation);
            return (
              <li key={view.conversation}>
                <label className="row">
                  <input
                    type="checkbox" checked={isChosen} disabled={!isChosen && chosen.length >= CHOSEN_MAX}
                    onChange={() => turn(view)}
                  />
                  <Avatar id={view.peer ?? view.conversation} name={title} icon={iconOf(view)} />
                  <bdi className="row-title">{title}</bdi>
                </label>
              </li>
            );
          })}
        </ul>
        {shown.length === 0 && <p className="hint">{say("list.none")}</p>}
        <button type="submit" className="button" disabled={chosen.length === 0}>
          {say("message.forward_send", { count: chosen.length })}
        </button>
      </form>
    </Dialog>
  );
}
