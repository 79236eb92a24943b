/** Where one writes: a message, an answer, or another text for a message. */
import type { ConversationView, Id, MessageView, Parley, Person } from "parley-client";
import { LIMITS, ParleyError, bytesOf } from "parley-client";
import type { ChangeEvent, FormEvent, KeyboardEvent, RefObject } from "react";
import { useEffect, useMemo } from "react";
import { byFinger } from "../hooks/byFinger.ts";
import { useHold } from "../hooks/useHold.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useMe, useParley, useStore } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { Completions } from "./Completions.tsx";
import { mentionedIn, usersIn } from "./completion.ts";
import { useDraft, useDraftFromElsewhere } from "./drafts.ts";
import { EmojiButton } from "./EmojiButton.tsx";
import type { Intent } from "./intent.ts";
import { intentTo } from "./intent.ts";
import { IntentLine } from "./IntentLine.tsx";
import { Room } from "./Room.tsx";
import { useBox } from "./useBox.ts";
import { useCompletion } from "./useCompletion.ts";
import "./composer.css";

export interface ComposerProps {
  id: Id;
  view: ConversationView | undefined;
  intent: Intent | undefined;
  onIntent: (intent: Intent | undefined) => void;
  /** The newest message of one's own that may be changed, among what is shown. */
  lastOwn: () => MessageView | undefined;
  /** Something new was said. */
  onSent: () => void;
}

export function Composer({ id, view, intent, onIntent, lastOwn, onSent }: ComposerProps) {
  const { parley, update } = useStore();
  const complain = useComplain();
  const say = useText();
  const to = view?.conversation ?? id;
  const draft = useDraft(to);
  const people = usePeopleHere(view);
  const box = useBox(draft.get);
  const bytesMax = parley.limits.text_bytes_max ?? LIMITS.text_bytes_max;
  const said = box.text.trimEnd();
  const maySend = said.trim() !== "" && bytesOf(said) <= bytesMax;
  const edits = intent?.kind === "edit";

  const write = (now: string): void => {
    box.set(now);
    if (!edits) draft.set(now, intent?.seq);
    if (view && view.kind !== "self" && now !== "") parley.types(view.conversation);
  };
  const completion = useCompletion(box, people, write);
  useFocusOnOpen(box.ref);
  useDraftFromElsewhere(to, box.text, (text) => {
    if (edits) return;
    box.set(text);
    // It was sent elsewhere, as the answer that it was.
    if (text === "") onIntent(undefined);
  });
  useEffect(() => {
    if (!intent) return;
    // The text of the message that was to be edited is no answer.
    box.set(intent.kind === "edit" ? intent.message?.text ?? "" : draft.get());
    if (intent.kind === "reply") draft.answers(intent.seq);
    // Chosen here, just now; what goes on from before takes the focus from nothing.
    if (intent.message) box.focus();
  }, [intent, draft]);
  // To load the page anew would lose it.
  useHold(edits);

  const end = (): void => {
    if (!edits) draft.set("");
    box.set(edits ? draft.get() : "");
    // What was begun before one changed a message goes on as it was.
    const seq = draft.answered();
    onIntent(seq === undefined ? undefined : { kind: "reply", seq });
  };
  const send = (): void => {
    if (!maySend) return;
    // It would stand nowhere: the text stays where it is.
    if (parley.outboxFull) return complain(new ParleyError("outbox_full", "nothing more is taken"));
    const { seq, message } = intent ?? {};
    // Whom it called before may have left since, or may not be known to be here.
    const mentions = mentionedIn(said, edits ? [...people, ...knownIn(parley, message?.mentions ?? [])] : people);
    if (edits && view && seq !== undefined) {
      if (said !== message?.text) {
        const release = update.hold();
        void parley.edit(view.conversation, seq, said, { mentions }).catch(complain).finally(release);
      }
    } else {
      // Refused for good, it stays in the log and says so itself.
      parley.send(id, said, {
        ...(seq === undefined ? {} : { reply_to: seq }),
        ...(mentions.length === 0 ? {} : { mentions }),
      }).catch(() => {});
      onSent();
    }
    end();
  };
  const onChange = ({ target }: ChangeEvent<HTMLTextAreaElement>): void => {
    write(target.value);
    box.look();
  };
  const cancel = (): void => {
    if (edits) return end();
    draft.answers();
    onIntent(undefined);
  };
  /** By a button that goes with it. */
  const leave = (): void => {
    cancel();
    box.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter takes its word; some browsers tell by the code alone.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || completion.onKeyDown(event)) return;
    const last = event.key === "ArrowUp" && box.text === "" && !intent ? lastOwn() : undefined;
    if (last) onIntent(intentTo("edit", last));
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey || (!event.shiftKey && !byFinger()))) send();
    else if (event.key === "Escape" && intent) cancel();
    else return;
    event.preventDefault();
  };
  const offered = completion.offers.length > 0;
  return (
    <form
      className="composer" aria-label={say("composer.label")}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
        box.focus();
      }}
    >
      <Completions completion={completion} />
      {intent && <IntentLine conversation={to} intent={intent} onCancel={leave} onGone={cancel} />}
      <div className="composer-line">
        <EmojiButton
          onChoose={(emoji) => {
            write(box.put(emoji));
            box.focus();
          }}
        />
        <div className="grows" data-text={`${box.text}\n`}>
          <textarea
            ref={box.ref} rows={1} value={box.text} placeholder={say("composer.label")} aria-label={say("composer.box")}
            dir={box.text === "" ? undefined : "auto"} onChange={onChange} onKeyDown={onKeyDown} onSelect={box.look}
            aria-autocomplete="list" aria-controls={offered ? completion.listId : undefined}
            aria-activedescendant={offered ? `${completion.listId}-${completion.active}` : undefined}
          />
        </div>
        <button type="submit" className="icon-button send" aria-label={say(edits ? "composer.save" : "composer.send")} disabled={!maySend}>
          <Icon name={edits ? "check" : "send"} />
        </button>
      </div>
      <Room bytes={bytesOf(said)} bytesMax={bytesMax} />
    </form>
  );
}

/** Whom one may call by name. Who is in a group is not known before the server said it. */
function usePeopleHere(view: ConversationView | undefined): readonly Person[] {
  const me = useMe();
  const parley = useParley();
  const members = useObservable(parley.members(view?.conversation ?? ""));
  return useMemo(() => {
    if (!view) return [];
    const { conversation, person } = view;
    const others = members ?? (person ? [person] : knownIn(parley, usersIn(parley.timeline(conversation).getSnapshot())));
    return others.filter(({ user }) => user !== me);
  }, [parley, members, view, me]);
}

function knownIn(parley: Parley, users: Iterable<Id>): Person[] {
  return [...users].map((user) => parley.person(user).getSnapshot()).filter((person) => person !== undefined);
}

/** On a phone the keyboard would cover what one came to read (conversation/Conversation.tsx has the focus then). */
function useFocusOnOpen(box: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, [box]);
}
