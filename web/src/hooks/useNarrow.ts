import { useSyncExternalStore } from "react";

/** As the style sheets have it: so narrow a window shows one pane at a time. */
const narrow = matchMedia("(max-width: 44rem)");

function subscribe(listener: () => void): () => void {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}
