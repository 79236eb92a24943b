/** Three nodes on one Cassandra node and one NATS server, and people on all of them: nobody notices
 * whose node the others are on. The short form of the suite has this and the store's contract. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import type { Appended } from "../../client/src/index.ts";
import type { Device, Person } from "../integration/harness/people.ts";
import { befriend, everybodyLeaves, person, textsOf } from "../integration/harness/people.ts";
import type { Server } from "../integration/harness/server.ts";
import { until } from "../integration/harness/wait.ts";
import { Cluster } from "./harness/cluster.ts";

/** Who sends, at once, on each node. */
const SENDS = 10;

let cluster: Cluster;
let nodes: [Server, Server, Server];
before(async () => {
  cluster = await Cluster.start(3, { "presence.offline_after_ms": 1000 });
  nodes = cluster.nodes as [Server, Server, Server];
});
afterEach(everybodyLeaves);
after(() => cluster.end());

/** Contacts of each other, one on each node. */
async function apart(...names: string[]): Promise<Person[]> {
  const all = await Promise.all(names.map((name, i) => person(nodes[i % 3] as Server, name)));
  for (const [i, one] of all.entries()) for (const other of all.slice(i + 1)) await befriend(one, other);
  return all;
}

const numbered = (who: string): string[] => Array.from({ length: SENDS }, (_, i) => `${who}${i}`);

test("two on two nodes and a device on the third: messages, typing, ticks, who is there", async () => {
  const [alice, bob] = await apart("alice", "bob") as [Person, Person];
  const phone = await alice.on("phone");
  const laptop = await alice.at(nodes[2]).on("laptop");
  const there = await bob.on("first");
  await phone.sends(there, "one");
  await Promise.all([there.sees("one", phone), laptop.sees("one", there)]);
  const { conversation } = await there.sends(phone, "two");
  const all = ["one", "two"];
  for (const [device, other] of [[phone, there], [laptop, there], [there, phone]] as const) {
    await device.seesAll(all, other);
  }
  await phone.seesTick("one", there, "delivered");
  there.reads(phone);
  await Promise.all([phone.seesTick("one", there, "read"), laptop.seesTick("one", there, "read")]);
  there.parley.types(conversation);
  for (const device of [phone, laptop]) {
    await until(device.parley.typing(conversation), (users) => users.includes(there.user), "typing");
  }
  phone.parley.watch([there.user]);
  const presence = phone.parley.presence(there.user);
  await until(presence, (one) => one?.online === true, "bob is online");
  there.goesAway();
  await until(presence, (one) => one?.online === false, "bob is offline");
  await laptop.sends(there, "three");
  await there.comesBack();
  await there.sees("three", phone);
});

test("a group over three nodes: all write at once, and all see the same order", async () => {
  const all = await apart("alice", "bob", "carol") as [Person, Person, Person];
  const devices = await Promise.all(all.map((one) => one.on("first"))) as [Device, Device, Device];
  const [alice, , carol] = devices;
  const { conversation } = await alice.parley.createGroup("three nodes", all.slice(1).map((one) => one.user));
  for (const device of devices) await device.seesConversation(conversation, () => true, "the group");
  const names = ["a", "b", "c"];
  const sent = await Promise.all(devices.flatMap((device, i) =>
    numbered(names[i] as string).map((text) => device.sends(conversation, text))));
  assert.equal(new Set(sent.map((one) => one.seq)).size, devices.length * SENDS);
  const views = await Promise.all(devices.map((device) => until(device.parley.timeline(conversation),
    (view) => textsOf(view).length === devices.length * SENDS, "all of them")));
  for (const view of views) assert.deepEqual(textsOf(view), textsOf(views[0] as typeof view));
  for (const who of names) {
    const own = textsOf(views[0] as (typeof views)[0]).filter((text) => text?.startsWith(who));
    assert.deepEqual(own, numbered(who));
  }
  // Whoever was removed by one node is refused by the others, at once.
  await alice.parley.removeMember(conversation, carol.user);
  await assert.rejects(carol.person.rest.call("message.send", { to: conversation, text: "late" }, carol.person.token),
    (thrown: { code?: string }) => thrown.code === "not_found" || thrown.code === "forbidden");
});

test("a key that was used on one node is known to the others", async () => {
  const [alice, bob] = await apart("alice", "bob") as [Person, Person];
  const args = { to: bob.user, text: "once", key: randomBytes(8).toString("hex") };
  const placed: Appended[] = [];
  for (const node of nodes) placed.push(await alice.at(node).rest.call("message.send", args, alice.token));
  for (const one of placed) assert.deepEqual([one.conversation, one.seq], [placed[0]?.conversation, placed[0]?.seq]);
  await assert.rejects(alice.at(nodes[1]).rest.call("message.send", { ...args, text: "other" }, alice.token),
    { code: "key_reused" });
});

test("a node is killed under those who write: they go on by another one, and nothing is lost or doubled", async () => {
  const [alice, bob] = await apart("alice", "bob") as [Person, Person];
  const [here, there] = await Promise.all([alice.on("first"), bob.on("first")]) as [Device, Device];
  here.hurries();
  const texts = numbered("m");
  const sent: Promise<Appended>[] = [];
  for (const [i, text] of texts.entries()) {
    sent.push(here.sends(there, text));
    if (i === SENDS / 2) await nodes[0].kill();
  }
  await Promise.all(sent);
  await Promise.all([there.seesAll(texts, here), here.seesAll(texts, there)]);
  await there.sends(here, "back");
  await here.sees("back", there);
  await nodes[0].start();
  await cluster.seeEachOther();
});
