/** How one stands to people: who asked, whom one asked, whose contact one is. */
import type { Contact, ContactState } from "parley-client";
import { useKeptFocus } from "../hooks/useKeptFocus.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { useName } from "../people/names.ts";
import { usePresence, useWatch } from "../people/usePresence.ts";
import { go } from "../route/route.ts";
import { useParley } from "../store/context.ts";
import { useComplain } from "../ui/notices.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";
import { Pane } from "./Pane.tsx";
import { PaneHead } from "./PaneHead.tsx";

/** As of the members of a group. */
const WATCHED_MAX = 50;
const PARTS: readonly [ContactState, TextId][] = [
  ["received", "contacts.received"], ["contact", "contacts.label"], ["sent", "contacts.sent"],
];

export default function Contacts({ onDone }: { onDone: () => void }) {
  const say = useText();
  const known = [...useObservable(useParley().contacts.known).values()];
  const shown = PARTS.map(([state, head]) => ({ state, head, some: known.filter((one) => one.state === state) }));
  useWatch(shown.flatMap(({ some }) => some.map(({ user }) => user)).slice(0, WATCHED_MAX));
  const body = useKeptFocus<HTMLDivElement>();
  return (
    <Pane label={say("contacts.label")}>
      <PaneHead title={say("contacts.label")} onBack={onDone} />
      <div ref={body} className="list-scroll" tabIndex={-1}>
        {shown.every(({ some }) => some.length === 0) && <p className="hint">{say("contacts.none")}</p>}
        {shown.map(({ state, head, some }) => some.length > 0 && (
          <section key={state} aria-label={say(head)}>
            <h2 className="rows-head">{say(head)}</h2>
            <ul>{some.map((contact) => <ContactLine key={contact.user} contact={contact} />)}</ul>
          </section>
        ))}
      </div>
    </Pane>
  );
}

function ContactLine({ contact: { user, state } }: { contact: Contact }) {
  const { contacts } = useParley();
  const complain = useComplain();
  const say = useText();
  const name = useName(user);
  const online = usePresence(user)?.online ?? false;
  const act = (done: Promise<unknown>): void => void done.catch(complain);
  return (
    <li className="contacts-line">
      <button type="button" className="row" onClick={() => go({ kind: "person", user })}>
        <Avatar id={user} name={name} online={online} />
        <span className="row-main"><bdi className="row-title">{name}</bdi></span>
      </button>
      {state === "received" && (
        <>
          <button type="button" className="button" onClick={() => act(contacts.accept(user))}>{say("contacts.accept")}</button>
          <button type="button" className="link" onClick={() => act(contacts.decline(user))}>{say("contacts.decline")}</button>
        </>
      )}
      {state === "sent" && (
        <button type="button" className="link" onClick={() => act(contacts.remove(user))}>{say("contacts.take_back")}</button>
      )}
    </li>
  );
}
