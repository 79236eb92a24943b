import type { ContactState, Id } from "parley-client";
import { useState } from "react";
import { FormattedMessage } from "react-intl";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { useComplain } from "../ui/notices.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";
import { useName } from "./names.ts";

/** What taking it back is called. */
const REMOVES: Record<Exclude<ContactState, "received" | "turned_down">, TextId> = {
  contact: "contacts.remove", sent: "contacts.take_back", declined: "contacts.undecline",
};

/** What may be done about being somebody's contact. */
export function ContactActions({ user }: { user: Id }) {
  const { contacts } = useParley();
  const complain = useComplain();
  const say = useText();
  const name = useName(user);
  const [asks, setAsks] = useState(false);
  const state = useObservable(contacts.known).get(user)?.state;
  const act = (done: Promise<unknown>): void => void done.catch(complain);
  const remove = (): void => act(contacts.remove(user));
  // The other was faster: it does not ask by itself once they are a contact again.
  if (asks && state !== "contact") setAsks(false);
  switch (state) {
    case "received":
      return (
        <>
          <MenuItem icon="check" text={say("contacts.accept")} onChoose={() => act(contacts.accept(user))} />
          <MenuItem icon="close" text={say("contacts.decline")} onChoose={() => act(contacts.decline(user))} />
        </>
      );
    case "turned_down":
      return <p className="hint">{say("contacts.turned_down")}</p>;
    default:
      // One button in either case: it keeps the focus. What is asked for first is what takes the other, too.
      return (
        <>
          {state === undefined
            ? <MenuItem icon="add" text={say("contacts.ask")} onChoose={() => act(contacts.request(user))} />
            : <MenuItem icon="unadd" text={say(REMOVES[state])} onChoose={state === "contact" ? () => setAsks(true) : remove} />}
          {asks && (
            <Confirm title={say("contacts.remove")} doing={say("contacts.remove")} onDo={remove} onClose={() => setAsks(false)}>
              <FormattedMessage id="contacts.remove_words" values={{ name: <bdi>{name}</bdi> }} />
            </Confirm>
          )}
        </>
      );
  }
}
