import { createContext, use } from "react";
import type { Id } from "parley-client";

/** What was begun and not sent, by the place it is for; as long as the page lives. */
export const DraftsContext = createContext<Map<Id, string>>(new Map());

export function useDrafts(): Map<Id, string> {
  return use(DraftsContext);
}
