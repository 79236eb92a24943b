/** The message goes whose menu has the focus: its log takes that, which would else be nowhere. */
export function focusLog(): void {
  document.querySelector<HTMLElement>(".log")?.focus({ preventScroll: true });
}
