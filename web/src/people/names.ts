import type { ConversationView, Id, Person } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useMe, useParley } from "../session/context.ts";

/** Until the name is known. */
const UNKNOWN = "…";

const DELETED_NAME = "Deleted account";

export const NOTES_NAME = "Notes to self";

export function nameOf(person: Person | undefined): string {
  return person?.deleted ? DELETED_NAME : person?.display_name ?? UNKNOWN;
}

/** What a person is called; empty for nobody. */
export function useName(user: Id): string {
  const person = useObservable(useParley().person(user));
  return nameOf(person);
}

/** "You" for oneself. */
export function useNameOrYou(user: Id): string {
  const name = useName(user);
  return user === useMe() ? "You" : name;
}

export function titleOf(view: ConversationView): string {
  if (view.kind === "self") return NOTES_NAME;
  if (view.kind === "group") return view.title ?? UNKNOWN;
  return nameOf(view.person);
}
