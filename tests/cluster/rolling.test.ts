/** Nodes that end and begin while people write: nothing is lost, nothing doubled. And one that joins
 * gets its share of those who are there. */
import { afterEach, beforeEach, test } from "node:test";
import type { GoawayPush, Push } from "../../client/src/index.ts";
import { rows } from "../integration/harness/nodes.ts";
import type { Person } from "../integration/harness/people.ts";
import { everybodyLeaves, person } from "../integration/harness/people.ts";
import { Raw } from "../integration/harness/raw.ts";
import type { Server } from "../integration/harness/server.ts";
import { PATIENCE, eventually, sleep } from "../integration/harness/wait.ts";
import { Cluster } from "./harness/cluster.ts";
import { Load } from "./harness/load.ts";

const PEOPLE = 6;
/** Sockets on each of three nodes, and how long they may take to have spread to the fourth. */
const SOCKETS = 200;
const SPREAD_MS_MAX = 60_000 * PATIENCE;

let cluster: Cluster;
let load: Load;

beforeEach(async () => {
  cluster = await Cluster.start(3);
  load = await Load.start(cluster.nodes, PEOPLE);
});
afterEach(async () => {
  everybodyLeaves();
  await cluster.end();
});

test("each node in turn is drained, ends and begins again, twice", async (t) => {
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
test("each node in turn goes back to the version before, and on to this one", reach, async (t) => {
  const { nodes } = cluster;
  const now = (nodes[0] as Server).binary;
  for (const version of [BEFORE as string, now]) {
    for (const node of nodes) {
      await node.stop();
      await load.getsOn();
      node.binary = version;
      await node.start();
      await cluster.seeEachOther();
      await load.getsOn();
    }
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
