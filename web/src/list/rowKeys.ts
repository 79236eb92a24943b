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

/** To the row behind, else to the one before, from one that is about to stand elsewhere; from the last one to
 * what stands above the list. */
export function leaveRow(): void {
  const row = document.activeElement?.closest("li")?.querySelector<HTMLElement>("a.row");
  const pane = row?.closest(".sidebar");
  if (!row || !pane) return;
  const rows = [...pane.querySelectorAll<HTMLElement>("a.row")];
  const at = rows.indexOf(row);
  const next = rows[at + 1] ?? rows[at - 1] ?? pane.querySelector<HTMLElement>(".filter[aria-pressed=true], .sidebar-title");
  next?.focus();
}

/** Where one was: the row that leads there, of a list that is drawn once it has its size again. */
let left: string | undefined;

/** To the head of the pane, and from there to the row that leads to where one was, unless one does something before
 * that is drawn. */
export function comeBackFrom(href: string): void {
  left = href;
  headOfPane()?.focus();
  for (const what of ["pointerdown", "wheel", "keydown"]) window.addEventListener(what, stay, { once: true, capture: true });
}

function stay(): void {
  left = undefined;
}

/** The rows are drawn. */
export function takeComingBack(rows: HTMLElement): void {
  if (left === undefined) return;
  if (document.activeElement !== headOfPane()) return stay();
  const row = [...rows.querySelectorAll<HTMLElement>("a.row")].find((one) => one.getAttribute("href") === left);
  if (!row) return;
  left = undefined;
  row.focus({ preventScroll: true });
}

function headOfPane(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".sidebar :is(.wordmark, .sidebar-title)");
}

/** What opens the menu of the row that something stands in. */
export function rowMenuOf(target: Element): HTMLButtonElement | null | undefined {
  return target.closest("a.row")?.closest("li")?.querySelector<HTMLButtonElement>(".row-more");
}
