import { isLookedAt } from "./lookedAt.ts";

/** So long another tab that heard of the same may not tell of it again. */
const HELD_MS = 5000;

/** Of the tabs that hear of something one acts, and none while somebody looks at any of them. */
export async function oneTab(what: string, act: () => void): Promise<void> {
  const actUnseen = async (): Promise<boolean> => {
    const unseen = !(await isLookedAt());
    if (unseen) act();
    return unseen;
  };
  try {
    await navigator.locks.request(`parley/alert/${what}`, { ifAvailable: true }, async (lock) => {
      if (lock && (await actUnseen())) await new Promise((resolve) => setTimeout(resolve, HELD_MS));
    });
  } catch {
    // There are no locks here, or the browser refuses them: each tab for itself.
    await actUnseen();
  }
}
