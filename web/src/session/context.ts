import { createContext, use } from "react";
import type { Id, Parley } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";

export const ParleyContext = createContext<Parley | undefined>(undefined);

/** The device that this page is. */
export function useParley(): Parley {
  const parley = use(ParleyContext);
  if (!parley) throw new Error("outside of ParleyContext");
  return parley;
}

/** Oneself; empty when signed out. */
export function useMe(): Id {
  return useObservable(useParley().session)?.user ?? "";
}
