/** How long it takes until the last client of a node that went has again all that was said: what is
 * said right after the loss, by somebody on another node, is with every device by then. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { after, before, test } from "node:test";
import type { Device, Person } from "../integration/harness/people.ts";
import { befriend, everybodyLeaves, people, textsOf } from "../integration/harness/people.ts";
import type { Server } from "../integration/harness/server.ts";
import { LENIENCE, until } from "../integration/harness/wait.ts";
import { Cluster } from "./harness/cluster.ts";

/** Of a node whose connections end, and of one that falls silent: the client notices after two and a
 * half of its beats, of 5 s each. */
const KILLED_MS_MAX = 5000 * LENIENCE;
const SILENT_MS_MAX = 15_000 + 5000 * (LENIENCE - 1);
/** Of each of the two who talk. */
const DEVICES = 15;

let cluster: Cluster;
let alice: Person, bob: Person;
let devices: Device[];

before(async () => {
  // By their load, one of them that has just been busy might get nobody.
  cluster = await Cluster.start(3, { "discovery.policy": "round_robin" });
  [alice, bob] = await people(cluster.nodes[0] as Server, "alice", "bob") as [Person, Person];
  await befriend(alice, bob);
  devices = [];
  for (let i = 0; i < DEVICES; i++) for (const one of [alice, bob]) devices.push(await one.on(`device ${i}`));
});

after(async () => {
  everybodyLeaves();
  await cluster.end();
});

const isOn = (node: Server) => (device: Device): boolean => device.wire.url === node.socketUrl;
const otherOf = ({ person }: Device): Person => (person === alice ? bob : alice);

/** Until all have what was said right after the node went. */
async function takes(t: TestContext, node: Server, lose: () => unknown, ms: number, text: string): Promise<void> {
  const lost = devices.filter(isOn(node));
  const writer = devices.find((device) => !isOn(node)(device)) as Device;
  assert.ok(lost.length >= DEVICES / 3, `${lost.length} are there`);
  const since = Date.now();
  await lose();
  void writer.sends(otherOf(writer).user, text);
  await Promise.all(devices.map((device) => until(
    device.parley.timeline(otherOf(device).user), (view) => textsOf(view).at(-1) === text,
    `"${text}" on a device of ${device.person.name} at ${device.wire.url}`, ms,
  )));
  const took = Date.now() - since;
  t.diagnostic(`${lost.length} of ${devices.length} devices were there; all in sync after ${took} ms`);
  assert.ok(took <= ms, `${took} ms`);
  assert.ok(!devices.some(isOn(node)));
}

test("kill -9 of a node", async (t) => {
  const node = cluster.nodes[1] as Server;
  await takes(t, node, () => node.kill(), KILLED_MS_MAX, "after the kill");
  await node.start();
});

test("a node that falls silent", async (t) => {
  const node = cluster.nodes[2] as Server;
  const { pid } = node;
  try {
    await takes(t, node, () => process.kill(pid, "SIGSTOP"), SILENT_MS_MAX, "after the silence");
  } finally {
    process.kill(pid, "SIGCONT");
  }
});
