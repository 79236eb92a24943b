/**
 * Whether somebody looks at the page, in whichever of its tabs: one that has the focus holds a lock
 * that many may hold, and that the browser takes back from a tab it kills.
 */
const LOCK = "parley/looked-at";

/** From here on this tab says when it is looked at. The answer ends it. */
export function tellWhenLookedAt(): () => void {
  const ended = new AbortController();
  const options = { signal: ended.signal };
  let held: AbortController | undefined;
  const look = (): void => {
    const looks = !ended.signal.aborted && document.visibilityState === "visible" && document.hasFocus();
    if (looks === (held !== undefined)) return;
    held?.abort();
    held = looks ? hold() : undefined;
  };
  window.addEventListener("focus", look, options);
  window.addEventListener("blur", look, options);
  document.addEventListener("visibilitychange", look, options);
  look();
  return () => {
    ended.abort();
    look();
  };
}

/** The lock, until it is aborted. */
function hold(): AbortController {
  const over = new AbortController();
  const until = (): Promise<void> => new Promise((resolve) => {
    if (over.signal.aborted) resolve();
    else over.signal.addEventListener("abort", () => resolve());
  });
  void navigator.locks.request(LOCK, { mode: "shared" }, until);
  return over;
}

export async function isLookedAt(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === LOCK);
}
