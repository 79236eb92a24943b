/** To a conversation by the first letters of its name; without any, to those that were spoken in last. */
import type { ConversationView, Id } from "parley-client";
import type { KeyboardEvent, SyntheticEvent } from "react";
import { useId, useMemo, useState } from "react";
import { sought } from "../list/arrange.ts";
import { useSteady } from "../list/useSteady.ts";
import { Avatar } from "../people/Avatar.tsx";
import { iconOf, titleOf, useTitleOf } from "../people/names.ts";
import { go, placeOf } from "../route/route.ts";
import { Dialog, closeDialog } from "../ui/Dialog.tsx";
import { useText } from "../words/useText.ts";

const SHOWN_MAX = 8;

export default function Switcher({ onClose }: { onClose: () => void }) {
  const say = useText();
  const listId = useId();
  const titleOfView = useTitleOf();
  const conversations = useSteady();
  const [typed, setTyped] = useState("");
  /** Undefined: the first. */
  const [chosen, setChosen] = useState<Id | undefined>();
  const shown = useMemo(
    () => (typed.trim() === "" ? conversations : sought(conversations, typed, titleOfView)).slice(0, SHOWN_MAX),
    [conversations, typed, titleOfView],
  );
  const active = Math.max(0, shown.findIndex(({ conversation }) => conversation === chosen));
  const choose = (event: SyntheticEvent<Element>, view: ConversationView | undefined): void => {
    if (!view) return;
    closeDialog(event);
    go(placeOf(view));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && shown.length > 0) setChosen(shown[(active + by + shown.length) % shown.length]?.conversation);
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) choose(event, shown[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={say("keys.switch")} className="switcher" onClose={onClose}>
      <input
        type="text" role="combobox" className="dialog-search" value={typed} autoComplete="off" spellCheck={false}
        placeholder={say("list.find")} aria-label={say("list.find")} aria-expanded={shown.length > 0} aria-controls={listId}
        aria-autocomplete="list" aria-activedescendant={shown.length > 0 ? `${listId}-${active}` : undefined}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(undefined);
        }}
      />
      <ul id={listId} className="switcher-list" role="listbox" aria-label={say("list.label")}>
        {shown.map((view, i) => {
          const title = titleOf(view, say);
          return (
            <li
              key={view.conversation} id={`${listId}-${i}`} role="option" aria-selected={i === active} className="completion"
              onClick={(event) => choose(event, view)}
            >
              <Avatar id={view.peer ?? view.conversation} name={title} icon={iconOf(view)} />
              <bdi className="switcher-title">{title}</bdi>
              {view.unread > 0 && (
                <span className="badge">
                  <span aria-hidden="true">{view.unread}</span>
                  <span className="unseen">{say("list.unread", { count: view.unread })}</span>
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {shown.length === 0 && <p className="hint" role="status">{say("list.none")}</p>}
    </Dialog>
  );
}
