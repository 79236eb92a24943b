import type { KeyboardEvent } from "react";

/** From a row to its menu and back, by the arrow that points there. */
export function onRowKey(event: KeyboardEvent<HTMLElement>): void {
  const from = event.target as HTMLElement;
  const forward = getComputedStyle(from).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  const isLink = from.matches("a.row"), isMenu = from.matches(".row-more");
  if (!(isLink && event.key === forward) && !(isMenu && event.key === back)) return;
  event.preventDefault();
  from.closest("li")?.querySelector<HTMLElement>(isLink ? ".row-more" : "a.row")?.focus();
}

/** To the row behind, else to the one before, from one that is about to stand elsewhere. */
export function leaveRow(): void {
  const row = document.activeElement?.closest("li");
  (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector<HTMLElement>("a.row")?.focus();
}

/** What opens the menu of the row that something stands in. */
export function rowMenuOf(target: Element): HTMLButtonElement | null | undefined {
  return target.closest("a.row")?.closest("li")?.querySelector<HTMLButtonElement>(".row-more");
}
