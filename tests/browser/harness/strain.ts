/**
 * What the page costs the browser while something is done: how long its tasks keep the thread, how
 * much stands in the document, how much memory it holds.
 *
 * A task is judged by the processor's time that it took, as the browser traces it: by the clock it also
 * takes what other programs of the machine do meanwhile, which says nothing of the page. One of which the trace
 * has the clock's alone is judged by that.
 */
import type { Browser, CDPSession, Page } from "playwright-core";

export interface Task {
  /** Of the processor, and by the clock. */
  ms: number;
  wall_ms: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** The tasks of the page's thread while `what` is done, the longest first. */
export async function tasksDuring(browser: Browser, page: Page, what: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ["-*", "toplevel", "__metadata"] });
  let trace: Buffer;
  try {
    await what();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threads = new Set(traceEvents.flatMap(({ name, pid, tid, args }) =>
    name === "thread_name" && args?.name === "CrRendererMain" ? [`${pid} ${tid}`] : []));
  return traceEvents
    .filter(({ name, ph, pid, tid }) => name.endsWith("RunTask") && ph === "X" && threads.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = dur }) => ({ ms: tdur / 1000, wall_ms: dur / 1000 }))
    .sort((a, b) => b.ms - a.ms);
}

export interface Holding {
  nodes: number;
  /** Of the heap, after what nobody uses was collected. */
  bytes: number;
}

export async function holds(page: Page): Promise<Holding> {
  const session: CDPSession = await page.context().newCDPSession(page);
  try {
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    return { nodes, bytes: usedSize };
  } finally {
    await session.detach();
  }
}

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
