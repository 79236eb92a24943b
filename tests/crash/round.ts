/**
 * A round: a server on a new directory, people who use it at full speed, and a few disasters of one
 * kind. After each the server starts on what is left, the checker looks, everything that was left
 * open is sent again, and the checker looks again. The seed says which disasters come when; what
 * people do between depends on the server's pace, so that a seed repeats a round only nearly.
 */
import { eventually, sleep } from "../integration/harness/wait.ts";
import { Checker } from "./check.ts";
import type { Orders } from "./disk.ts";
import { Disk, NONE } from "./disk.ts";
import { Host, verify } from "./host.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

export const KINDS = ["kill", "power", "full", "sync", "pretend"] as const;
export type Kind = (typeof KINDS)[number];

const EIO = 5n;
const ENOSPC = 28n;
/** Acknowledged commands before a disaster, at most. */
const LOAD_MAX = 2000;
const DISASTERS_MAX = 3;
/** Commands that a broken store must have refused before one believes it. */
const REFUSED_MIN = 30;
/** Of a start: about as long as it takes. */
const START_MS = 120;
/** Before the disk is full, or a sync fails. */
const ROOM_MAX = 60_000;
const SYNCS_MAX = 20;
/** What a start on a failing disk must say. */
const DISK_WORDS = /No space left|Input\/output error/;

export interface Outcome {
  sent: number;
  acknowledged: number;
  found: number;
  /** What `parleyd verify` says of what is left. */
  verified: string;
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
  #verified = "not verified";
  found = 0;

  constructor(kind: Kind, seed: number, dir: string) {
    this.#kind = kind;
    this.#random = new Random(seed);
    this.#disk = new Disk(dir, kind !== "kill");
    this.#world = new World(new Random(~seed));
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
    await this.#dies(true);
    if (this.#kind !== "pretend") this.#verifies();
  }

  /** What is left at the end must fit together, row by row. */
  #verifies(): void {
    const { status, output } = verify(this.#disk.data);
    this.#verified = output.trim().split("\n").at(-1)?.replaceAll("\t", ", ") ?? "";
    if (status !== 0) this.#world.complain(`verify ends with ${status}:\n${output}`);
  }

  get outcome(): Outcome {
    return {
      sent: this.#world.ledger.size,
      acknowledged: this.#world.acknowledged,
      found: this.found,
      verified: this.#verified,
      notes: this.#notes,
      complaints: this.#world.complaints,
    };
  }

  /** Whatever happens, no server is left. */
  async end(): Promise<string> {
    await this.#host?.dies();
    return this.#host?.log ?? "";
  }

  async #start(): Promise<void> {
    this.#host = new Host(this.#disk.data, this.#disk.mount());
    await this.#host.listens();
  }

  /** Ends with the server dead. */
  async #disaster(): Promise<void> {
    const world = this.#world;
    if (this.#kind === "pretend") this.#disk.orders({ pretend: 1n });
    const target = world.acknowledged + this.#random.below(LOAD_MAX) + (this.#kind === "pretend" ? 100 : 0);
    await world.when(() => world.acknowledged >= target);
    await sleep(this.#random.below(5));
    const fails = this.#kind === "full" || this.#kind === "sync";
    if (fails) await this.#fault();
    await this.#dies(fails && this.#random.once(3));
  }

  /** `gently`: by SIGTERM, which a server must follow whatever its disk does. */
  async #dies(gently = false): Promise<void> {
    if (!this.#host.isAlive) this.#world.complain(`the server died of itself:\n${this.#host.log}`);
    const status = await this.#host.dies(gently ? "SIGTERM" : "SIGKILL");
    if (gently && status !== 0) this.#world.complain(`it ends with ${status}:\n${this.#host.log}`);
    this.#losesPower();
  }

  /** Without power for a moment, where the kind of the round is more than a kill. */
  #losesPower(): void {
    if (this.#kind === "kill" || (this.#kind === "full" && this.#random.once(2))) return;
    const how = this.#kind === "pretend" || this.#random.once(3) ? "drop" : "some";
    this.#notes.push(this.#disk.cut(this.#random.below(2 ** 31), how));
  }

  /** Which failure of the disk comes next. */
  get #orders(): Orders {
    if (this.#kind === "full") return { room: BigInt(this.#random.below(ROOM_MAX)) };
    return {
      errno: this.#random.once(2) ? EIO : ENOSPC,
      once: BigInt(this.#random.below(2)),
      syncs: BigInt(this.#random.below(SYNCS_MAX)),
    };
  }

  /** The disk gives an error, and then, maybe, works again. Nothing is `ok` from then on. */
  async #fault(): Promise<void> {
    const world = this.#world;
    this.#disk.orders(this.#orders);
    await eventually(() => world.unavailable > 0 || undefined, "an answer that says so");
    if (this.#kind === "full" && this.#random.once(2)) this.#disk.orders({ room: NONE });
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
      if ((this.#kind === "full" || this.#kind === "sync") && this.#random.once(2)) {
        await this.#failsToStart();
        continue;
      }
      this.#host = new Host(this.#disk.data, this.#disk.mount());
      await Promise.race([this.#host.address, sleep(this.#random.below(START_MS))]);
      await this.#dies();
    }
    await this.#start();
  }

  /** A start on a disk that fails in its middle: it says why and ends, or comes through. */
  async #failsToStart(): Promise<void> {
    this.#host = new Host(this.#disk.data, this.#disk.mount(this.#orders));
    const address = await this.#host.address;
    if (address === undefined && ((await this.#host.ended) !== 1 || !DISK_WORDS.test(this.#host.log)))
      this.#world.complain(`a start on a failing disk ends without a clear word:\n${this.#host.log}`);
    await this.#host.dies();
    this.#losesPower();
  }

  async #recovered(): Promise<void> {
    const world = this.#world;
    await world.connect(this.#host);
    this.found = await this.#checker.look();
    if (world.complaints.length) return;
    await Promise.all(world.open.map((command) => world.ask(command)));
    if (world.open.length) world.complain(`${world.open.length} commands are open though sent again`);
    await Promise.all(world.someAcknowledged().map((command) => world.ask(command)));
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
