/** What the page costs whoever waits for it. */
import type { Page } from "playwright-core";

/** From now on each page that opens here notes when something that a selector finds is first painted. The
 * answer tells it: milliseconds since the page was asked for. */
export async function notesPaints(page: Page, ...selectors: string[]): Promise<() => Promise<number[]>> {
  await page.addInitScript((selectors) => {
    const painted: Record<string, number> = {};
    Object.assign(window, { painted });
    const look = (): void => {
      for (const selector of selectors) {
        if (selector in painted || !document.querySelector(selector)) continue;
        painted[selector] = NaN;
        requestAnimationFrame(() => setTimeout(() => (painted[selector] = performance.now())));
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  }, selectors);
  return async () => {
    const read = page.waitForFunction((selectors) => {
      const { painted } = window as unknown as { painted: Record<string, number> };
      const times = selectors.map((selector) => painted[selector] ?? NaN);
      return times.every((ms) => ms > 0) ? times : undefined;
    }, selectors);
    return (await (await read).jsonValue()) as number[];
  };
}
