/** The disk under a server: a plain directory, or one behind the shim of disk.h, whose names these
 * are. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const SHIM = process.env["CRASH_SHIM"] ?? "";
const CUT = process.env["CRASH_CUT"] ?? "";

/** Orders to the shim, in the order of enum disk_order. */
const ORDERS = ["pretend", "room", "syncs", "errno", "once", "sync_us", "failed", "synced"] as const;
type Order = (typeof ORDERS)[number];
export type Orders = Partial<Record<Order, bigint>>;
/** The server was killed before it did anything. */
const NOT_BEGUN = 3;
export const NONE = 2n ** 64n - 1n;

export class Disk {
  readonly #dir: string;
  readonly #watched: boolean;
  #generation = 0;
  #run = 0;

  /** In a directory of the test's own. `watched`: behind the shim. */
  constructor(dir: string, watched: boolean) {
    this.#dir = dir;
    this.#watched = watched;
    mkdirSync(this.#root);
  }

  get data(): string {
    return join(this.#root, "data");
  }

  get #root(): string {
    return join(this.#dir, `disk${this.#generation}`);
  }

  get #state(): string {
    return join(this.#dir, `state${this.#run}`);
  }

  /** Before each start of the server: what its environment needs. */
  mount(orders: Orders = {}): NodeJS.ProcessEnv {
    if (!this.#watched) return {};
    rmSync(this.#state, { recursive: true, force: true });
    this.#run++;
    mkdirSync(join(this.#state, "nodes"), { recursive: true });
    const all: Orders = { room: NONE, syncs: NONE, sync_us: 1000n, ...orders };
    closeSync(openSync(join(this.#state, "control"), "w"));
    this.orders(Object.fromEntries(ORDERS.map((order) => [order, all[order] ?? 0n])));
    return { LD_PRELOAD: SHIM, CRASH_DISK_ROOT: this.#root, CRASH_DISK_STATE: this.#state };
  }

  /** While the server runs, in this order. */
  orders(orders: Orders): void {
    for (const [order, value] of Object.entries(orders))
      this.#number(order as Order, (fd, at) => writeSync(fd, new BigUint64Array([value]), 0, 8, at));
  }

  told(order: Order): bigint {
    const value = new BigUint64Array(1);
    this.#number(order, (fd, at) => readSync(fd, value, 0, 8, at));
    return value[0] as bigint;
  }

  #number(order: Order, use: (fd: number, at: number) => void): void {
    const fd = openSync(join(this.#state, "control"), "r+");
    use(fd, 8 * ORDERS.indexOf(order));
    closeSync(fd);
  }

  /** Power is lost, after the server is dead. Says what was left. */
  cut(seed: number, how: "drop" | "some"): string {
    const before = this.#root;
    this.#generation++;
    const done = spawnSync(CUT, [this.#state, this.#root, String(seed), how], { encoding: "utf8" });
    if (done.status === NOT_BEGUN) this.#generation--;
    else if (done.status === 0) rmSync(before, { recursive: true });
    else throw new Error(`no cut: ${done.stderr} ${String(done.error ?? "")}`);
    return done.stdout.trim();
  }
}
