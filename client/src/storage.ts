/**
 * Where a device keeps what must outlive a restart: its session, cursors, rows and outbox.
 *
 * Keys are paths like `copy/row/7051/0000000000000018`; values are plain data (what structuredClone
 * copies). A batch is written whole or not at all, and batches in the order they were given: that
 * is what makes an event and its cursor one thing. What is read is as it was at one moment.
 */

/** What begins so is a copy of what the server has, and can be asked for again. All else is nowhere
 * but here. */
export const COPY = "copy/";

export interface Put {
  put: string;
  value: unknown;
}

export type Change =
  | Put
  | { drop: string }
  /** Every key that starts so. */
  | { drop_prefix: string };

export type Pair = [key: string, value: unknown];

export interface Storage {
  get(key: string): Promise<unknown>;
  /** All pairs whose key starts with `prefix`, by key. */
  scan(prefix: string): Promise<Pair[]>;
  /** Resolves when it would survive a crash, as far as this storage can tell. */
  write(changes: readonly Change[]): Promise<void>;
}

/** Keeps everything in memory: gone with the page. */
export class MemoryStorage implements Storage {
  #pairs = new Map<string, unknown>();

  async get(key: string): Promise<unknown> {
    return structuredClone(this.#pairs.get(key));
  }

  async scan(prefix: string): Promise<Pair[]> {
    return [...this.#pairs]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]): Pair => [key, structuredClone(value)]);
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if ("put" in change) {
        this.#pairs.set(change.put, structuredClone(change.value));
      } else if ("drop" in change) {
        this.#pairs.delete(change.drop);
      } else {
        for (const key of [...this.#pairs.keys()]) {
          if (key.startsWith(change.drop_prefix)) this.#pairs.delete(key);
        }
      }
    }
  }
}

/** Whether it changes copies alone. */
export function isCopy(change: Change): boolean {
  const key = "put" in change ? change.put : "drop" in change ? change.drop : change.drop_prefix;
  return key.startsWith(COPY);
}

/** Those whose key starts with `prefix`. */
export function* under<T>(pairs: readonly Pair[], prefix: string): Generator<[key: string, value: T]> {
  for (const [key, value] of pairs) {
    if (key.startsWith(prefix)) yield [key.slice(prefix.length), value as T];
  }
}

/** A number as part of a key, so that keys sort as the numbers do. */
export function padded(n: number): string {
  return String(n).padStart(16, "0");
}
