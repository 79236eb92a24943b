import type { KeyboardEvent } from "react";

/** Up, Down, Home and End move the focus among the elements that `selector` finds in the one
 * that hears the keys. */
export function useArrowKeys(selector: string): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || !items[to]) return;
    event.preventDefault();
    items[to].focus();
  };
}
