/**
 * Asks the server for something that may be asked again: a few at a time, and once more after a
 * while where the answer says so. It ends with the connection, and with whoever is signed in: what one
 * asked for is not asked for as the next one. Whoever still wants to know asks again on the next
 * connection.
 */
import type { CommandName, Commands } from "./api.ts";
import type { Clock } from "./clock.ts";
import { jittered, sleep } from "./clock.ts";
import { ParleyError, asParleyError } from "./error.ts";

/** At a time: enough to hide the way to the server, well below what it takes of one connection. */
const ASKS_MAX = 8;
/** Of them, for what can wait: what one opens meanwhile finds a place. */
const LATER_MAX = ASKS_MAX / 2;
/** So many that cannot wait go before one that can, since there may always be another that cannot. */
const BEFORE_LATER = 3;
const TRIES_MAX = 8;
/** Where it is only a matter of whose turn it is. */
const TURNS_MAX = 16;
const RETRY_MS = 1000;
/** At least, and once more with each try: all that ask share what the server has room for again. */
const REST_MS = 100;

export type Request = <C extends CommandName>(
  cmd: C,
  args: Commands[C]["args"],
) => Promise<Commands[C]["reply"]>;

export class Asker {
  #request: Request;
  #clock: Clock;
  #busy = 0;
  #queue: (() => void)[] = [];
  #later: (() => void)[] = [];
  /** Of those that are busy: with what can wait. */
  #busyLater = 0;
  /** How many went before those that can wait. */
  #before = 0;
  /** Told apart from what was asked before clear(). */
  #epoch = 0;

  constructor(request: Request, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  ask<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    return this.#ask(false, cmd, args);
  }

  /** What one can do without for a while, and much of it at once: most else is asked before it. */
  askLater<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    return this.#ask(true, cmd, args);
  }

  async #ask<C extends CommandName>(
    later: boolean,
    cmd: C,
    args: Commands[C]["args"],
  ): Promise<Commands[C]["reply"]> {
    const epoch = this.#epoch;
    const waits = this.#busy >= ASKS_MAX || (later && this.#busyLater >= LATER_MAX);
    // Who makes it go on has counted it.
    if (waits) await new Promise<void>((resolve) => (later ? this.#later : this.#queue).push(resolve));
    else this.#count(later, 1);
    try {
      return await this.#insist(cmd, args, epoch);
    } finally {
      this.#count(later, -1);
      this.#goOn();
    }
  }

  #count(later: boolean, by: number): void {
    this.#busy += by;
    if (later) this.#busyLater += by;
  }

  /** A place is free. */
  #goOn(): void {
    const mayLater = this.#later.length > 0 && this.#busyLater < LATER_MAX;
    const later = mayLater && (this.#queue.length === 0 || this.#before >= BEFORE_LATER);
    const next = (later ? this.#later : this.#queue).shift();
    if (!next) return;
    this.#before = later ? 0 : this.#before + 1;
    this.#count(later, 1);
    next();
  }

  /** Another one signs in, or nobody. */
  clear(): void {
    this.#epoch++;
  }

  async #insist<C extends CommandName>(
    cmd: C,
    args: Commands[C]["args"],
    epoch: number,
  ): Promise<Commands[C]["reply"]> {
    for (let tries = 1; ; tries++) {
      if (epoch !== this.#epoch) throw new ParleyError("stopped", "signed out");
      try {
        return await this.#request(cmd, args);
      } catch (thrown) {
        const error = asParleyError(thrown);
        const tries_max = error.code === "rate_limited" ? TURNS_MAX : TRIES_MAX;
        if (!error.transient || error.code === "disconnected" || tries >= tries_max) throw error;
        const ms = Math.max(error.retry_after_ms ?? RETRY_MS, REST_MS * tries);
        await sleep(this.#clock, jittered(this.#clock, ms, 0.25));
      }
    }
  }
}
