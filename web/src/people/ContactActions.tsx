import type { ContactState, Id } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import { MenuItem } from "../ui/MenuItem.tsx";
import { useComplain } from "../ui/notices.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";

/** What taking it back is called. */
const REMOVES: Record<Exclude<ContactState, "received" | "turned_down">, TextId> = {
  contact: "contacts.remove", sent: "contacts.take_back", declined: "contacts.undecline",
};

/** What may be done about being somebody's contact. */
export function ContactActions({ user }: { user: Id }) {
  const { contacts } = useParley();
  const complain = useComplain();
  const say = useText();
  const state = useObservable(contacts.known).get(user)?.state;
  const act = (done: Promise<unknown>): void => void done.catch(complain);
  switch (state) {
    case undefined:
      return <MenuItem icon="add" text={say("contacts.ask")} onChoose={() => act(contacts.request(user))} />;
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
      return <MenuItem icon="unadd" text={say(REMOVES[state])} onChoose={() => act(contacts.remove(user))} />;
  }
}
