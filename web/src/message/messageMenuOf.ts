/** What opens the menu of the message whose bubble something stands in. A link has the browser's own menu, as has
 * what somebody has chosen of a text. */
export function messageMenuOf(target: Element): HTMLButtonElement | null | undefined {
  if (target.closest("a") || !getSelection()?.isCollapsed) return undefined;
  return target.closest(".bubble")?.closest(".message")?.querySelector<HTMLButtonElement>(".message-more");
}
