/**
 * Whether somebody looks at the page, in whichever of its tabs: one that has the focus holds a lock
 * that many may hold, and that the browser takes back from a tab it kills. Where there are no locks, as
 * at an address without TLS, or where the browser refuses them, each tab knows of itself alone.
 */
const LOCK = "parley/looked-at";

/** Whether somebody looks at this tab: a window in view beside the one that somebody uses is not looked at. */
export function isLooking(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** Tells when that may have changed. The answer ends it. */
export function onLooking(listener: () => void): () => void {
  const ended = new AbortController();
  const options = { signal: ended.signal };
  window.addEventListener("focus", listener, options);
  window.addEventListener("blur", listener, options);
  document.addEventListener("visibilitychange", listener, options);
  return () => ended.abort();
}

/** From here on this tab says when it is looked at. The answer ends it. */
export function tellWhenLookedAt(): () => void {
  let held: AbortController | undefined;
  const look = (looks: boolean): void => {
    if (looks === (held !== undefined)) return;
    held?.abort();
    held = looks ? hold() : undefined;
  };
  const end = onLooking(() => look(isLooking()));
  look(isLooking());
  return () => {
    end();
    look(false);
  };
}

/** The lock, until it is aborted. */
function hold(): AbortController {
  const over = new AbortController();
  const until = (): Promise<void> => new Promise((resolve) => {
    if (over.signal.aborted) resolve();
    else over.signal.addEventListener("abort", () => resolve());
  });
  navigator.locks?.request(LOCK, { mode: "shared" }, until).catch(() => {});
  return over;
}

export async function isLookedAt(): Promise<boolean> {
  if (isLooking()) return true;
  try {
    const { held = [] } = await navigator.locks.query();
    return held.some(({ name }) => name === LOCK);
  } catch {
    return false;
  }
}
