/**
 * Takes words away when their time has come, on this device and without being told: each message
 * says when it goes. That is by the server's clock, so the difference to one's own is taken from
 * each connection's greeting; before the first one's own clock must do.
 *
 * One timer, for the row that goes first. Refused: one for each row, thousands of which may be held.
 */
import type { Id, Time } from "./api.ts";
import type { Clock } from "./clock.ts";

/** Longer waits are begun anew: timers have an end, and clocks are set. */
const WAIT_MS_MAX = 3_600_000;

/** Rows of a conversation, whoever holds them. */
export interface Expiring {
  readonly id: Id;
  expire(now: Time): { changed: boolean; next: Time | undefined };
}

export class Expiry {
  #clock: Clock;
  #held: () => Iterable<Expiring>;
  #expired: (rows: Expiring) => void;
  /** The server's clock less one's own. */
  #ahead = 0;
  #armed: { at: Time; cancel: () => void } | undefined;

  constructor(clock: Clock, held: () => Iterable<Expiring>, expired: (rows: Expiring) => void) {
    this.#clock = clock;
    this.#held = held;
    this.#expired = expired;
  }

  /** The server said what time it is. */
  set(time: Time): void {
    this.#ahead = time - this.#clock.wall();
    this.look();
  }

  /** There is something that goes at `at`. */
  goes(at: Time): void {
    if (this.#armed && this.#armed.at <= at) return;
    this.#armed?.cancel();
    const ms = Math.min(Math.max(at - this.#now(), 0), WAIT_MS_MAX);
    this.#armed = { at, cancel: this.#clock.after(ms, () => this.look()) };
  }

  /** Takes away what is due, and waits for what is next. */
  look(): void {
    this.#armed?.cancel();
    this.#armed = undefined;
    const now = this.#now();
    for (const rows of [...this.#held()]) {
      const { changed, next } = rows.expire(now);
      if (changed) this.#expired(rows);
      if (next !== undefined) this.goes(next);
    }
  }

  #now(): Time {
    return this.#clock.wall() + this.#ahead;
  }
}
