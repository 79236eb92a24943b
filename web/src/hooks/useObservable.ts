import { useSyncExternalStore } from "react";
import type { Observable } from "parley-client";

/** The value of an observable of the library; renders again when it changes. */
export function useObservable<T>(observable: Observable<T>): T {
  const { subscribe, getSnapshot } = observable;
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}
