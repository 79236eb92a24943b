/** What the integration suite's files get for a server when TEST_CLUSTER says that it has several nodes. They
 * know nothing of it: whenever they ask where it is they are told of the next node, so that people, and what
 * one person does in different ways, are on all of them; a device goes on to whichever it is told of. What
 * is done to the server is done to all nodes at once. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Options } from "../../integration/harness/server.ts";
import { NODES, Server, command } from "../../integration/harness/server.ts";
import { Cluster, aStore, metric } from "./cluster.ts";

/** Making fifty tables is what takes longest: one run has two keyspaces for all of its files, the second for
 * servers that a test starts besides. Their people do not meet, since nobody has another's name. */
const KEYSPACE = process.env["TEST_KEYSPACE"] ?? `people_${randomBytes(6).toString("hex")}`;
const taken: boolean[] = [];

const USUAL: Options = {
  "metrics.listen": "127.0.0.1:0",
  "discovery.policy": "round_robin",
  // On a busy machine nothing shall be refused that is only slow: no test here is about that.
  "cassandra.timeout_ms": 20_000,
};

/** So many sockets, and each node must have had one. */
const TELLING = 4 * NODES;

export class Several extends Server {
  #cluster: Cluster;
  #store: Options;
  #free: () => void;
  #turns = 0;
  /** Of each node, over its restarts. */
  #sockets: number[];

  private constructor(cluster: Cluster, store: Options, free: () => void) {
    const [first] = cluster.nodes as [Server];
    super(first.dir, first.port, {});
    this.#cluster = cluster;
    this.#store = store;
    this.#free = free;
    this.#sockets = cluster.nodes.map(() => 0);
  }

  static override async start(options: Options = {}): Promise<Several> {
    const i = [...taken, false].indexOf(false);
    taken[i] = true;
    const free = (): void => void (taken[i] = false);
    const store = aStore({ "cassandra.keyspace": i ? `${KEYSPACE}_${i}` : KEYSPACE });
    try {
      const each = { ...USUAL, ...options };
      return new Several(await Cluster.start(NODES, each, store), store, free);
    } catch (thrown) {
      free();
      throw thrown;
    }
  }

  get #nodes(): Server[] {
    return this.#cluster.nodes;
  }

  #next(): Server {
    return this.#nodes[this.#turns++ % this.#nodes.length] as Server;
  }

  override get base(): string {
    return this.#next().base;
  }

  override get socketUrl(): string {
    return this.#next().socketUrl;
  }

  override get log(): string {
    return this.#nodes.map((node) => node.log).join("");
  }

  override async start(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.start()));
  }

  override async stop(): Promise<void> {
    await this.#count();
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  override async kill(): Promise<void> {
    await this.#count();
    await Promise.all(this.#nodes.map((node) => node.kill()));
  }

  override async end(): Promise<void> {
    await this.#count();
    await this.#cluster.end();
    this.#free();
    const sockets = this.#sockets.reduce((sum, count) => sum + count, 0);
    console.log(`signed in by sockets: ${this.#sockets.join(" + ")}`);
    assert.ok(sockets < TELLING || Math.min(...this.#sockets) > 0, `a node without people: ${this.#sockets.join(", ")}`);
  }

  override command(args: string[], input = ""): ReturnType<typeof command> {
    const store = Object.entries(this.#store).map(([name, value]) => `--${name}=${value}`);
    return (this.#nodes[0] as Server).command([...args, ...store], input);
  }

  /** `verify` is for the embedded store. */
  override isSound(): void {}

  /** How many sockets were signed in at each node that runs, which starts from nothing again. */
  async #count(): Promise<void> {
    for (const [i, node] of this.#nodes.entries()) {
      if (node.runs === undefined) continue;
      this.#sockets[i] = (this.#sockets[i] as number) + await metric(node, 'parley_commands_total{command="auth"}');
    }
  }
}
