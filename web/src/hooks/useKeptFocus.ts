import type { RefObject } from "react";
import { useEffect, useRef } from "react";

const STOPS = "a[href], button:not(:disabled), input:not(:disabled), select, textarea";

/** For what holds lines that go, or become others, once the server has answered: the focus of what went is on
 * what stands in its place, else on what is before that, else on the element itself (with tabIndex -1). */
export function useKeptFocus<T extends HTMLElement>(): RefObject<T | null> {
  const here = useRef<T>(null);
  useEffect(() => {
    const box = here.current;
    if (!box) return undefined;
    let had: HTMLElement | undefined;
    /** Which of the stops it is in each element that it stands in, the innermost first. */
    let places: [HTMLElement, number][] = [];
    const note = (): void => {
      places = [];
      for (let one = had?.parentElement; had && one; one = one === box ? null : one.parentElement) {
        places.push([one, stopsIn(one).indexOf(had)]);
      }
    };
    const onFocus = ({ target }: FocusEvent): void => {
      had = target instanceof HTMLElement && target !== box ? target : undefined;
      note();
    };
    // Who went on by themselves, or pressed beside everything, is not called back. What is on its way out loses
    // the focus before it is gone, in some browsers.
    const onBlur = (): void => {
      const left = had;
      setTimeout(() => {
        if (had === left && left?.isConnected && document.activeElement !== left) had = undefined;
      });
    };
    const handOn = (): void => {
      if (!had || had.isConnected) return;
      had = undefined;
      // It is where somebody put it since, and what happens later does not call it back.
      if (document.activeElement !== document.body) return;
      for (const [place, at] of places) {
        const stops = place.isConnected ? stopsIn(place) : [];
        const next = stops[at] ?? stops.at(-1);
        if (next) return next.focus();
      }
      box.focus();
    };
    const observer = new MutationObserver(() => {
      if (had?.isConnected) note();
      // After whatever asks for the focus because it has come (useLostFocus).
      else if (had) setTimeout(handOn);
    });
    observer.observe(box, { childList: true, subtree: true });
    box.addEventListener("focusin", onFocus);
    box.addEventListener("focusout", onBlur);
    return () => {
      observer.disconnect();
      box.removeEventListener("focusin", onFocus);
      box.removeEventListener("focusout", onBlur);
    };
  }, []);
  return here;
}

function stopsIn(place: HTMLElement): HTMLElement[] {
  return [...place.querySelectorAll<HTMLElement>(STOPS)];
}
