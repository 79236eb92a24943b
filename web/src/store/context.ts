import { createContext, use } from "react";
import type { Id, Parley } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import type { Store } from "./store.ts";

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  const store = use(StoreContext);
  if (!store) throw new Error("outside of StoreContext");
  return store;
}

/** The device that this page is. */
export function useParley(): Parley {
  return useStore().parley;
}

/** Oneself; empty when signed out. */
export function useMe(): Id {
  return useObservable(useParley().session)?.user ?? "";
}
