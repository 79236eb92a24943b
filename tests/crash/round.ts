/**
 * A round: a server on a new directory, people who use it at full speed, and a few disasters of one
 * kind. After each the server starts on what is left, the checker looks, everything that was left
 * open is sent again, and the checker looks again.
 */
import { eventually } from "../integration/harness/wait.ts";
import { sleep } from "../integration/harness/wait.ts";
import { Checker } from "./check.ts";
import { Disk, NONE } from "./disk.ts";
import { Host } from "./host.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

export const KINDS = ["kill", "power", "full", "sync", "pretend"] as const;
export type Kind = (typeof KINDS)[number];

const EIO = 5n;
const ENOSPC = 28n;
/** Acknowledged commands before a disaster, at most. */
const LOAD_MAX = 3000;
const DISASTERS_MAX = 3;
/** Commands that a broken store must have refused before one believes it. */
const REFUSED_MIN = 30;

export interface Outcome {
  sent: number;
  acknowledged: number;
  found: number;
  notes: string[];
  complaints: string[];
}

class Round {
  readonly #kind: Kind;
  readonly #random: Random;
  readonly #disk: Disk;
  readonly #world: World;
  readonly #checker: Checker;
  readonly #notes: string[] = [];
  #host!: Host;
  found = 0;

  constructor(kind: Kind, seed: number, dir: string) {
    this.#kind = kind;
    this.#random = new Random(seed);
    this.#disk = new Disk(dir, kind !== "kill");
    this.#world = new World(this.#random);
    this.#checker = new Checker(this.#world);
  }

  async run(): Promise<void> {
    await this.#start();
    await this.#world.begin(this.#host);
    const disasters = this.#kind === "pretend" ? 1 : 1 + this.#random.below(DISASTERS_MAX);
    for (let i = 0; i < disasters && !this.#world.complaints.length; i++) {
      const load = this.#world.load();
      await this.#disaster();
      this.#world.stop();
      await load;
      await this.#starts();
      await this.#recovered();
    }
    await this.#host.dies();
  }

  get outcome(): Outcome {
    return {
      sent: this.#world.ledger.size,
      acknowledged: this.#world.acknowledged,
      found: this.found,
      notes: this.#notes,
      complaints: this.#world.complaints,
    };
  }

  /** Whatever happens, no server is left. */
  async end(): Promise<string> {
    await this.#host?.dies();
    return this.#host?.log ?? "";
  }

  async #start(orders: Parameters<Disk["mount"]>[0] = {}): Promise<void> {
    this.#host = new Host(this.#disk.data, this.#disk.mount(orders));
    await this.#host.listens();
  }

  /** Ends with the server dead. */
  async #disaster(): Promise<void> {
    const world = this.#world;
    if (this.#kind === "pretend") this.#disk.order("pretend", 1n);
    const target = world.acknowledged + this.#random.below(LOAD_MAX) + (this.#kind === "pretend" ? 100 : 0);
    await world.when(() => world.acknowledged >= target);
    await sleep(this.#random.below(5));
    if (this.#kind === "full" || this.#kind === "sync") await this.#fault();
    await this.#dies();
  }

  async #dies(): Promise<void> {
    await this.#host.dies(this.#kind === "full" && this.#random.once(3) ? "SIGTERM" : "SIGKILL");
    if (this.#kind === "kill") return;
    // A full disk is still there after a kill; the others lose power.
    if (this.#kind === "full" && this.#random.once(2)) return;
    const how = this.#kind === "pretend" || this.#random.once(3) ? "drop" : "some";
    this.#notes.push(this.#disk.cut(this.#random.below(2 ** 31), how));
  }

  /** The disk gives an error, and then, maybe, works again. Nothing is `ok` from then on. */
  async #fault(): Promise<void> {
    const world = this.#world;
    const again = this.#random.once(2);
    if (this.#kind === "full") {
      this.#disk.order("room", BigInt(this.#random.below(60_000)));
    } else {
      this.#disk.order("errno", this.#random.once(2) ? EIO : ENOSPC);
      this.#disk.order("once", again ? 1n : 0n);
      this.#disk.order("syncs", BigInt(this.#random.below(20)));
    }
    await eventually(() => world.unavailable > 0 || undefined, "an answer that says so");
    if (again && this.#kind === "full") this.#disk.order("room", NONE);
    await eventually(() => world.unavailable >= REFUSED_MIN || undefined, "more refusals");
    await eventually(async () => !(await this.#host.isReady()) || undefined, "not ready");
    await this.#reads();
    if (this.#disk.told("failed") === 0n) world.complain("nothing failed, but an answer said so");
    if (!this.#host.log.includes("event=store_broken")) world.complain("the log does not say that the store broke");
  }

  /** A broken store may still be read from; a conversation whose end is open may not. */
  async #reads(): Promise<void> {
    for (const user of this.#world.users) {
      const { ok } = await user.raw.ask("account.get");
      if (ok?.username !== user.name) this.#world.complain(`${user.name} cannot read the account`);
      const conversation = user.known[0]?.conversation;
      if (conversation === undefined) continue;
      const { error } = await user.raw.ask("message.history", { conversation, limit: 1 });
      if (error && error.code !== "unavailable")
        this.#world.complain(`${user.name} reads ${conversation}: ${error.code}`);
    }
  }

  /** Starts again, maybe only after dying in the middle of starting. */
  async #starts(): Promise<void> {
    while (this.#kind !== "pretend" && this.#random.once(2)) {
      const host = new Host(this.#disk.data, this.#disk.mount());
      await Promise.race([host.address, sleep(this.#random.below(120))]);
      this.#host = host;
      await this.#dies();
    }
    await this.#start();
  }

  async #recovered(): Promise<void> {
    const world = this.#world;
    await world.connect(this.#host);
    this.found = await this.#checker.look();
    if (world.complaints.length) return;
    await Promise.all(world.open.map((command) => world.ask(command)));
    if (world.open.length) world.complain(`${world.open.length} commands are open though sent again`);
    const again = [...world.ledger.values()].filter(({ ok }) => ok && this.#random.once(20));
    await Promise.all(again.map((command) => world.ask(command)));
    this.found = await this.#checker.look();
  }
}

export async function runRound(kind: Kind, seed: number, dir: string): Promise<Outcome & { log: string }> {
  const round = new Round(kind, seed, dir);
  const complaints: string[] = [];
  try {
    await round.run();
  } catch (thrown) {
    complaints.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  }
  const log = await round.end();
  const outcome = round.outcome;
  return { ...outcome, complaints: [...complaints, ...outcome.complaints], log };
}
