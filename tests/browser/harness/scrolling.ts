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

export interface Walk {
  /** The most that a line in view stood elsewhere than the scrolling alone would have it, in any frame. */
  moved_px: number;
  /** The most lines that were drawn at once. */
  lines: number;
  frames: number;
}

/** Scrolls up by `step` pixels a frame, as pages come in, until the line of `seq` is drawn and in view, and
 * looks at a line in each frame as it was painted: what an observer of intersections is told. Between two
 * frames a page may have come in, of whose lines the layout is told in the next one, before that is painted. */
export function walkUp(log: Locator, seq: number, step: number, ms_max: number): Promise<Walk> {
  return log.evaluate(async (box, { seq, step, ms_max }) => {
    interface Painted { line: HTMLElement; top: number; end: number }
    const painted = (): Promise<Painted[]> => new Promise((resolve) => {
      const observer = new IntersectionObserver((entries) => {
        observer.disconnect();
        const edge = entries[0]!.boundingClientRect.top;
        resolve(entries.slice(1).filter(({ target }) => target.isConnected).map(({ target, boundingClientRect: { top, bottom } }) =>
          ({ line: target as HTMLElement, top: top - edge, end: bottom - edge })));
      });
      for (const element of [box, ...box.querySelectorAll("[data-line]")]) observer.observe(element);
    });
    const walk = { moved_px: 0, lines: 0, frames: 0 };
    let lines = await painted();
    const isThere = (): boolean => lines.some(({ line, top }) => Number(line.dataset["seq"] ?? Infinity) <= seq && top >= 0);
    for (const end = performance.now() + ms_max; !isThere(); walk.frames++) {
      if (performance.now() > end) throw new Error(`after ${ms_max} ms and ${walk.frames} frames it is not there`);
      const held = lines.find(({ top }) => top >= 0);
      const by = Math.min(step, box.scrollTop);
      box.scrollTop -= by;
      // Of what a hand scrolls, the page hears in the frame that it shows in, of this one later.
      box.dispatchEvent(new Event("scroll"));
      lines = await painted();
      const now = lines.find(({ line }) => line === held?.line);
      const moved = held && now ? Math.abs(now.end - held.end - by) : Infinity;
      walk.moved_px = Math.max(walk.moved_px, moved);
      walk.lines = Math.max(walk.lines, lines.length);
    }
    return walk;
  }, { seq, step, ms_max });
}
