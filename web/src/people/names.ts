import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { ConversationView, Id, Person } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useMe, useParley } from "../store/context.ts";
import type { IconName } from "../ui/Icon.tsx";
import type { Say } from "../words/useText.ts";
import { useText } from "../words/useText.ts";

/** Until the name is known. */
const UNKNOWN = "…";

export function nameOf(person: Person | undefined, say: Say): string {
  return person?.deleted ? say("person.deleted") : person?.display_name ?? UNKNOWN;
}

/** A name in the middle of a text, whose direction of writing ends with it. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** What a person is called; empty for nobody. */
export function useName(user: Id): string {
  const person = useObservable(useParley().person(user));
  return nameOf(person, useText());
}

/** The names that people sign in by, in the order of `users`; empty while one is not known. */
export function useUsernames(users: readonly Id[]): readonly string[] {
  return useEach(users, (person) => person?.username ?? "");
}

/** What people are called, in the order of `users`; "You" for oneself. */
export function useNames(users: readonly Id[]): readonly string[] {
  const say = useText();
  const me = useMe();
  return useEach(users, (person, user) => (user === me ? say("person.you") : nameOf(person, say)));
}

function useEach(users: readonly Id[], wordOf: (person: Person | undefined, user: Id) => string): readonly string[] {
  const parley = useParley();
  const subscribe = useCallback((listener: () => void) => {
    const ends = users.map((user) => parley.person(user).subscribe(listener));
    return () => ends.forEach((end) => end());
  }, [parley, users]);
  // One text, so that it is the same until a name changes; no name has a line's end.
  const words = (): string => users.map((user) => wordOf(parley.person(user).getSnapshot(), user)).join("\n");
  const names = useSyncExternalStore(subscribe, words, words);
  return useMemo(() => names.split("\n"), [names]);
}

/** "You" for oneself. */
export function useNameOrYou(user: Id): string {
  const say = useText();
  const name = useName(user);
  return user === useMe() ? say("person.you") : name;
}

export function titleOf(view: ConversationView, say: Say): string {
  if (view.kind === "self") return say("list.notes");
  if (view.kind === "group") return view.title ?? UNKNOWN;
  return nameOf(view.person, say);
}

/** What stands for a conversation that is none with another person. */
export function iconOf({ kind }: ConversationView): IconName | undefined {
  return kind === "group" ? "group" : kind === "self" ? "notes" : undefined;
}

export function useTitleOf(): (view: ConversationView) => string {
  const say = useText();
  return useCallback((view) => titleOf(view, say), [say]);
}
