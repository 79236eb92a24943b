/** The log as one scrolls it: where its lines stand, and whether they stay there. */
import type { Locator } from "playwright-core";

/** What a scroll or a page brings is drawn, and measured, in the frames after it. */
export async function drawn(log: Locator): Promise<void> {
  await log.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

/** Scrolls and says which line then stands first in view, and where it ends: that it begins a turn may
 * change, and with it the room above what it says. */
export async function scrollTo(log: Locator, top: number): Promise<{ line: string; at: number }> {
  await log.evaluate((box, top) => {
    box.scrollTop = top;
  }, top);
  await drawn(log);
  return log.evaluate((box) => {
    const edge = box.getBoundingClientRect().top;
    const lines = [...box.querySelectorAll<HTMLElement>("[data-line]")];
    const first = lines.find((line) => line.getBoundingClientRect().bottom > edge);
    return { line: first?.dataset["line"] ?? "", at: (first?.getBoundingClientRect().bottom ?? 0) - edge };
  });
}

export async function placeOf(log: Locator, line: string): Promise<number> {
  await drawn(log);
  return log.evaluate((box, line) => {
    const found = box.querySelector(`[data-line="${CSS.escape(line)}"]`);
    return (found?.getBoundingClientRect().bottom ?? NaN) - box.getBoundingClientRect().top;
  }, line);
}

export function heightOf(log: Locator): Promise<number> {
  return log.evaluate((box) => box.scrollHeight);
}
