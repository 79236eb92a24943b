/** What has the focus goes, or may go out of view: the log takes that, which would else be nowhere. */
export function focusLog(): void {
  document.querySelector<HTMLElement>(".log")?.focus({ preventScroll: true });
}

/** From the last of a reaction, which goes, to the next one, else to the menu of its message. */
export function leaveReaction(button: HTMLElement): void {
  if (document.activeElement !== button) return;
  const line = button.closest("li");
  const next = (line?.nextElementSibling ?? line?.previousElementSibling)?.querySelector<HTMLElement>("button")
    ?? button.closest(".message")?.querySelector<HTMLElement>(".message-more");
  next?.focus({ preventScroll: true });
}

/** To the menu of a message that somebody jumped to by keys, from where the arrows go on. */
export function focusMenuOf(message: HTMLElement): void {
  if (document.activeElement?.matches(".log")) message.querySelector<HTMLElement>(".message-more")?.focus({ preventScroll: true });
}
