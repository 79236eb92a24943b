/** Waiting: always for something, never for a time, and never for ever. */
import type { Observable } from "../../../client/src/index.ts";

/** Sanitizers make the server several times slower, and so do engines beside it, whose suite says
 * so. */
export const PATIENCE =
  Number(process.env["TEST_PATIENCE"] ?? (["asan", "tsan"].includes(process.env["TEST_PRESET"] ?? "") ? 4 : 1));
/** By how much a time that is promised may be passed where engines run beside: not at all in a full run, beside
 * which at most a build goes on, that yields. */
export const LENIENCE = process.env["TEST_LEVEL"] === "full" ? 1 : PATIENCE;
/** What fails takes so long, what is well none of it: a machine that others use, too, stops for seconds. */
export const WAIT_MS_MAX = 30_000 * PATIENCE;

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a value of an observable that `good` takes; `what` stands in the complaint. */
export async function until<T>(
  observable: Observable<T>,
  good: (value: T) => boolean,
  what: string,
  ms = WAIT_MS_MAX,
): Promise<T> {
  const now = observable.getSnapshot();
  if (good(now)) return now;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      end();
      const last = JSON.stringify(observable.getSnapshot())?.slice(0, 2000);
      reject(new Error(`waited ${ms} ms for: ${what}; it is ${last}`));
    }, ms);
    const end = observable.subscribe(() => {
      const value = observable.getSnapshot();
      if (!good(value)) return;
      clearTimeout(late);
      end();
      resolve(value);
    });
  });
}

/** Asks again and again. */
export async function eventually<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  what: string,
  ms = WAIT_MS_MAX,
): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`waited ${ms} ms for: ${what}`);
}

/** The promise, or a complaint when it takes too long. */
export async function within<T>(promise: Promise<T>, what: string, ms = WAIT_MS_MAX): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`waited ${ms} ms for: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(late);
  }
}
