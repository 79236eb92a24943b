import { useEffect } from "react";
import type { Id, Presence } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";

/** Watches people as long as they are on screen. */
export function useWatch(users: readonly Id[]): void {
  const parley = useParley();
  const all = users.join(" ");
  useEffect(() => (all === "" ? undefined : parley.watch(all.split(" "))), [parley, all]);
}

/** Of somebody who is watched; not known while there is no connection. */
export function usePresence(user: Id): Presence | undefined {
  const parley = useParley();
  const presence = useObservable(parley.presence(user));
  return useObservable(parley.status).state === "online" ? presence : undefined;
}
