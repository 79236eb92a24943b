/** Some nodes of one server: real ones, on the Cassandra node at STORE_ADDRESS, in a keyspace of
 * their own, and on a NATS server of their own. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Nats } from "../../integration/harness/nats.ts";
import { seen } from "../../integration/harness/nodes.ts";
import type { Options } from "../../integration/harness/server.ts";
import { Server, beside, command } from "../../integration/harness/server.ts";
import { WAIT_MS_MAX } from "../../integration/harness/wait.ts";
import { web } from "../../integration/harness/web.ts";

const CONTACT = process.env["STORE_ADDRESS"] ?? "";
/** Fifty tables, one after the other. */
const MIGRATE_MS_MAX = 300_000;
/** On a machine that does much else, until a node that came is seen by all. */
const SEEN_MS_MAX = 2 * WAIT_MS_MAX;

/** Options of a store of its own there; `access`: what it takes to be let in. */
export function aStore(access: Options = {}): Options {
  assert.ok(CONTACT, "STORE_ADDRESS must name a Cassandra node");
  return {
    store: "cassandra",
    "cassandra.contacts": CONTACT,
    "cassandra.keyspace": `nodes_${randomBytes(6).toString("hex")}`,
    "cassandra.replication": "{'class': 'SimpleStrategy', 'replication_factor': 1}",
    ...access,
  };
}

function migrating(store: Options): string[] {
  return ["migrate", ...Object.entries(store).map(([name, value]) => `--${name}=${value}`)];
}

export function migrate(store: Options): ReturnType<typeof command> {
  return command(migrating(store), "", {}, MIGRATE_MS_MAX);
}

/** What a node that has a `metrics.listen` tells of itself by that name, since it began. */
export async function metric(node: Server, name: string): Promise<number> {
  const [, at] = /Metrics are at (\S+)/.exec(node.log.slice(node.log.lastIndexOf("Metrics are at"))) ?? [];
  const { body } = await web(at as string);
  const line = String(body).split("\n").find((line) => line.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

export class Cluster {
  readonly nats: Nats;
  /** Those that serve, but for one that a test has stopped. */
  readonly nodes: Server[] = [];
  #store: Options;
  #options: Options;
  #binary: string | undefined;

  private constructor(nats: Nats, store: Options, options: Options, binary?: string) {
    this.nats = nats;
    this.#store = store;
    this.#options = options;
    this.#binary = binary;
  }

  /** With so many nodes, all of which see all. `options` are of each; `binary`: of another version. */
  static async start(nodes: number, options: Options = {}, store = aStore(), binary?: string): Promise<Cluster> {
    const nats = await Nats.start();
    const cluster = new Cluster(nats, store, { ...store, bus: "nats", "nats.urls": nats.url, ...options }, binary);
    try {
      await cluster.migrates(binary);
      await Promise.all(Array.from({ length: nodes }, () => cluster.joins()));
      await cluster.seeEachOther();
    } catch (thrown) {
      await cluster.end();
      throw thrown;
    }
    return cluster;
  }

  /** One more node, which the others will see. */
  async joins(options: Options = {}): Promise<Server> {
    const node = await Server.alone({ public_url: "http://127.0.0.1:{port}", ...this.#options, ...options }, undefined, this.#binary);
    this.nodes.push(node);
    return node;
  }

  /** Until each of them sees all as up. Where all have one address, that cannot be told. */
  async seeEachOther(): Promise<void> {
    for (const by of this.nodes) for (const one of this.nodes) await seen(by, one, "up", SEEN_MS_MAX);
  }

  /** To the tables of that version, while the nodes serve. */
  async migrates(binary?: string): Promise<void> {
    const { status, output } = await beside(migrating(this.#store), MIGRATE_MS_MAX, binary);
    assert.equal(status, 0, output);
  }

  /** All of it, whichever part fails. */
  async end(): Promise<void> {
    const ended = await Promise.allSettled(this.nodes.map((node) => node.end()));
    await this.nats.kill();
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  }
}
