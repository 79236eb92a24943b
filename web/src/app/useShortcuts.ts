/** The page's shortcuts, as Shortcuts.tsx tells of them. None of one letter counts where one writes. */
import { useEffect } from "react";
import { tinykeys } from "tinykeys";
import type { Place } from "../route/route.ts";
import { go, hrefOf, placeOf } from "../route/route.ts";
import { useStore } from "../store/context.ts";

export function useShortcuts(place: Place | undefined): void {
  const { list, overlay } = useStore();
  const open = place && hrefOf(place);
  useEffect(() => {
    /** To the one before or behind in the list; from none to the first. */
    const step = (by: number) => (event: KeyboardEvent) => {
      if (isCovered()) return;
      event.preventDefault();
      const { pinned, rest } = list.arranged.getSnapshot();
      const places = [...pinned, ...rest].map(placeOf);
      const at = places.findIndex((one) => hrefOf(one) === open);
      const next = places[at < 0 ? 0 : at + by];
      if (next) go(next);
    };
    const sheet = (event: KeyboardEvent): void => {
      if (isCovered() || isWriting(event)) return;
      event.preventDefault();
      overlay.set("shortcuts");
    };
    return tinykeys(window, {
      "$mod+k": (event) => {
        event.preventDefault();
        if (!isCovered()) overlay.set("switcher");
      },
      "Alt+ArrowUp": step(-1),
      "Alt+ArrowDown": step(1),
      // There are keyboards on which it takes no Shift.
      "[Shift]+?": sheet,
      "/": (event) => {
        const search = document.querySelector<HTMLElement>(".search input");
        if (isCovered() || isWriting(event) || !search) return;
        event.preventDefault();
        search.focus();
      },
    }, { ignore: (event) => event.isComposing });
  }, [list, overlay, open]);
}

function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

function isWriting({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}
