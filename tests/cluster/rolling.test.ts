/** Nodes that end and begin while people write, as this version or another, with the tables of another: nothing
 * is lost, nothing doubled. And one that joins gets its share of those who are there. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { GoawayPush, Push } from "../../client/src/index.ts";
import { rows } from "../integration/harness/nodes.ts";
import type { Person } from "../integration/harness/people.ts";
import { everybodyLeaves, person } from "../integration/harness/people.ts";
import { Raw } from "../integration/harness/raw.ts";
import type { Server } from "../integration/harness/server.ts";
import { BINARY } from "../integration/harness/server.ts";
import { PATIENCE, eventually, sleep } from "../integration/harness/wait.ts";
import { Cluster, aStore, metric } from "./harness/cluster.ts";
import { Load } from "./harness/load.ts";

const PEOPLE = 6;
/** Sockets on each of three nodes, and how long they may take to have spread to the fourth. */
const SOCKETS = 200;
const SPREAD_MS_MAX = 60_000 * PATIENCE;

let cluster: Cluster;
let load: Load;

async function begins(version?: string): Promise<void> {
  cluster = await Cluster.start(3, { "metrics.listen": "127.0.0.1:0" }, aStore(), version);
  load = await Load.start(cluster.nodes, PEOPLE);
}
afterEach(async () => {
  everybodyLeaves();
  await cluster.end();
});

test("each node in turn is drained, ends and begins again, twice", async (t) => {
  await begins();
  const { nodes } = cluster;
  for (const node of [...nodes, ...nodes]) {
    await load.getsOn();
    await node.stop();
    await load.getsOn();
    await node.start();
    await cluster.seeEachOther();
  }
  t.diagnostic(`${await load.ends(nodes)} messages, all acknowledged, none lost, none doubled`);
});

const BEFORE = process.env["PARLEYD_BEFORE"];
const reach = { skip: !BEFORE && "the history does not reach back to the version before" };
test("each node in turn comes from the version before to this one", reach, async (t) => {
  await begins(BEFORE as string);
  const { nodes } = cluster;
  await load.getsOn();
  await cluster.migrates();
  for (const node of nodes) {
    await load.getsOn();
    await node.stop();
    await load.getsOn();
    node.binary = BINARY;
    await node.start();
    await cluster.seeEachOther();
  }
  t.diagnostic(`${await load.ends(nodes)} messages, all acknowledged, none lost, none doubled`);
});

const NEXT = process.env["PARLEYD_NEXT"];
const built = { skip: !NEXT && "the server of the next version is not built" };
/** What an append asks for: who is in it, a touch for each, and the two rows of its batch. */
const ASKED_BY_AN_APPEND = 4;

/** So many statements has Cassandra prepared; one of which it knows from one node it knows from each. */
async function prepared(nodes: readonly Server[]): Promise<number> {
  const each = await Promise.all(nodes.map((node) => metric(node, "parley_database_prepared_total")));
  return each.reduce((sum, n) => sum + n, 0);
}

/** A node that ended begins no more, and says why. */
async function refuses(node: Server): Promise<void> {
  await assert.rejects(node.start(), /the keyspace is a newer Parley's \(schema \d+, ours is \d+\)/);
  assert.equal(await node.signal("SIGTERM"), 1, "its status");
}

test("tables in use are changed while each node serves, and then each is replaced by the next version", built, async (t) => {
  await begins();
  const { nodes } = cluster;
  await load.getsOn();
  const before = await prepared(nodes);
  const acknowledged = load.acknowledged;
  await cluster.migrates(NEXT as string);
  t.diagnostic(`${load.acknowledged - acknowledged} messages while the tables are changed`);
  assert.ok(load.acknowledged > acknowledged, "people write meanwhile");
  await load.getsOn();
  // Cassandra forgets whatever asks a table that is changed.
  const again = await prepared(nodes) - before;
  t.diagnostic(`${again} statements prepared again`);
  assert.ok(again >= ASKED_BY_AN_APPEND, "those of an append are among them");
  // A busy machine may be slow, but nothing is refused, nor given up for want of being prepared.
  for (const node of nodes) {
    for (const why of ["refused", "unavailable"])
      assert.equal(await metric(node, `parley_database_failed_total{why="${why}"}`), 0, why);
    assert.doesNotMatch(node.log, /store_bad_row/);
  }
  for (const node of nodes) {
    await node.stop();
    await load.getsOn();
    if (node === nodes[0]) await refuses(node);
    node.binary = NEXT as string;
    await node.start();
    await cluster.seeEachOther();
    await load.getsOn();
  }
  t.diagnostic(`${await load.ends(nodes)} messages, all acknowledged, none lost, none doubled`);
});

const isGoaway = (push: Push): push is GoawayPush => push.push === "goaway";

/** Sockets of somebody that go where they are sent. */
class Followers {
  #token: string;
  #raws: Raw[] = [];
  #following: Promise<void> | undefined;
  #over = false;

  constructor({ token }: Person) {
    this.#token = token;
  }

  async open({ socketUrl }: Pick<Server, "socketUrl">, n: number): Promise<void> {
    this.#raws.push(...await Promise.all(Array.from({ length: n }, () => Raw.signedIn({ socketUrl }, this.#token))));
  }

  follow(): void {
    this.#following = (async () => {
      for (; !this.#over; await sleep(100)) {
        for (const [i, raw] of this.#raws.entries()) {
          const url = raw.pushes.find(isGoaway)?.nodes?.[0]?.url;
          if (url === undefined) continue;
          this.#raws[i] = await Raw.signedIn({ socketUrl: url }, this.#token);
          raw.close();
        }
      }
    })();
  }

  async leave(): Promise<void> {
    this.#over = true;
    await this.#following;
    for (const raw of this.#raws) raw.close();
  }
}

test("a fourth node joins, and gets its share of those who are there", async (t) => {
  await begins();
  const [first] = cluster.nodes as [Server];
  const followers = new Followers(await person(first, "alice"));
  for (const node of cluster.nodes) await followers.open(node, SOCKETS);
  followers.follow();
  await load.getsOn();
  const fourth = await cluster.joins();
  await cluster.seeEachOther();
  const since = Date.now();
  const share = (3 * SOCKETS) / 4;
  const least = await eventually(() => {
    const { connections = 0 } = rows(fourth).get(fourth.socketUrl) ?? {};
    return connections >= share - 50 ? connections : undefined;
  }, "its share, but for the 50 that are left as they are", SPREAD_MS_MAX);
  t.diagnostic(`${least} of ${share} after ${Date.now() - since} ms`);
  await load.getsOn();
  t.diagnostic(`${await load.ends(cluster.nodes)} messages, all acknowledged, none lost, none doubled`);
  await followers.leave();
});
