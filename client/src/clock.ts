/**
 * Time and chance, handed in: every wait of this library goes through a Clock, so that a test
 * decides when it ends.
 */

export interface Clock {
  /** Unix milliseconds; may jump. For showing, never for measuring. */
  wall(): number;
  /** Milliseconds that only move forward. */
  now(): number;
  /** Runs `then` once after `ms`; the answer calls it off. */
  after(ms: number, then: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** `ms` give or take `part` of it, so that many clients do not act at the same moment. */
export function jittered(clock: Clock, ms: number, part: number): number {
  return ms * (1 - part + 2 * part * clock.random());
}

/** Resolves after `ms`. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
