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
const TRIES_MAX = 8;
const RETRY_MS = 1000;

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
  /** Told apart from what was asked before clear(). */
  #epoch = 0;

  constructor(request: Request, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  ask<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    return this.#ask(this.#queue, cmd, args);
  }

  /** What one can do without for a while, and much of it at once: anything else is asked before it. */
  askLater<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    return this.#ask(this.#later, cmd, args);
  }

  async #ask<C extends CommandName>(
    queue: (() => void)[],
    cmd: C,
    args: Commands[C]["args"],
  ): Promise<Commands[C]["reply"]> {
    const epoch = this.#epoch;
    if (this.#busy >= ASKS_MAX) await new Promise<void>((resolve) => queue.push(resolve));
    else this.#busy++;
    try {
      return await this.#insist(cmd, args, epoch);
    } finally {
      const next = this.#queue.shift() ?? this.#later.shift();
      if (next) next();
      else this.#busy--;
    }
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
        if (!error.transient || error.code === "disconnected" || tries >= TRIES_MAX) throw error;
        await sleep(this.#clock, jittered(this.#clock, error.retry_after_ms ?? RETRY_MS, 0.25));
      }
    }
  }
}
