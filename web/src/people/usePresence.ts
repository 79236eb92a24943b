import { useEffect } from "react";
import type { Id, Presence } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../session/context.ts";

/** Watches people as long as they are on screen. */
export function useWatch(users: readonly Id[]): void {
  const parley = useParley();
  const all = users.join(" ");
  useEffect(() => (all === "" ? undefined : parley.watch(all.split(" "))), [parley, all]);
}

/** For whom somebody watches. */
export function usePresence(user: Id): Presence | undefined {
  return useObservable(useParley().presence(user));
}
