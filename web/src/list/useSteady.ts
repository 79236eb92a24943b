import type { ConversationView, Id } from "parley-client";
import { useMemo, useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import { steadied } from "./arrange.ts";

/** All conversations, to choose among: the newest first as one begins, and then in the same order, whatever
 * comes in, so that nothing moves under one's hand. */
export function useSteady(): readonly ConversationView[] {
  const conversations = useObservable(useParley().conversations);
  const [places] = useState(() => new Map<Id, number>());
  return useMemo(() => steadied(conversations, places), [conversations, places]);
}
