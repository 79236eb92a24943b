/** Whether there is nothing but fingers to point with: the keyboard is on the screen then, and has no Shift+Enter. */
export function byFinger(): boolean {
  return matchMedia("(pointer: coarse)").matches && !matchMedia("(any-pointer: fine)").matches;
}
