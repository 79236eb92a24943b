/** How the nodes are stands in the store: it is known to a node that starts when nobody is there who
 * would know, and an operator takes off what will not come back. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allRows } from "../integration/harness/nodes.ts";
import type { Server } from "../integration/harness/server.ts";
import { PATIENCE, eventually } from "../integration/harness/wait.ts";
import { Cluster } from "./harness/cluster.ts";

/** Until it is down, or was never heard, and the store was looked at. */
const KNOWN_MS_MAX = 40_000 * PATIENCE;

let cluster: Cluster;
let a: Server, b: Server, c: Server;

before(async () => {
  cluster = await Cluster.start(3);
  [a, b, c] = cluster.nodes as [Server, Server, Server];
});
after(() => cluster.end());

const stateOf = (by: Server, one: Server): string | undefined =>
  allRows(by).find((row) => row.url === one.socketUrl)?.state;

async function shows(by: Server, one: Server, state: string | undefined): Promise<void> {
  await eventually(() => stateOf(by, one) === state || undefined, `${one.socketUrl} is ${state}`, KNOWN_MS_MAX);
}

test("a node that starts alone knows who is missing, and who left in order", async () => {
  await c.kill();
  await shows(a, c, "down");
  await Promise.all([a.stop(), b.stop()]);
  await a.start();
  await shows(a, c, "down");
  assert.equal(stateOf(a, b), undefined);
  assert.equal(stateOf(a, a), "up");
  const missing = allRows(a).find((row) => row.url === c.socketUrl);
  const own = allRows(a).find((row) => row.self);
  for (const id of ["1", own?.id as string]) assert.equal(a.command(["nodes", "remove", id]).status, 1, id);
  const { status, output } = a.command(["nodes", "remove", missing?.id as string]);
  assert.equal(status, 0, output);
  await shows(a, c, undefined);
  await Promise.all([b.start(), c.start()]);
  await cluster.seeEachOther();
});

test("all are killed at once: the first to be back says so of the others, until they are", async () => {
  await Promise.all([a.kill(), b.kill(), c.kill()]);
  await b.start();
  for (const one of [a, c]) await shows(b, one, "down");
  await Promise.all([a.start(), c.start()]);
  await cluster.seeEachOther();
  for (const by of [a, b, c]) await eventually(() => allRows(by).length === 3 || undefined, "and no others", KNOWN_MS_MAX);
});
