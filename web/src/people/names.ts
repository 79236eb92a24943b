import type { ConversationView, Id } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useMe, useParley } from "../session/context.ts";

/** Until the name is known. */
const UNKNOWN = "…";

export const NOTES_NAME = "Notes to self";

/** What a person is called; empty for nobody. */
export function useName(user: Id): string {
  const person = useObservable(useParley().person(user));
  return person?.display_name ?? UNKNOWN;
}

/** "You" for oneself. */
export function useNameOrYou(user: Id): string {
  const name = useName(user);
  return user === useMe() ? "You" : name;
}

export function titleOf(view: ConversationView): string {
  if (view.kind === "self") return NOTES_NAME;
  if (view.kind === "group") return view.title ?? UNKNOWN;
  return view.person?.display_name ?? UNKNOWN;
}
