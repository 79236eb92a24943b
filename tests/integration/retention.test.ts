/** What is old goes; and whoever was away meanwhile ends with what there is, said once or not at all. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { CommandName, Entry, Id } from "../../client/src/index.ts";
import { MemoryStorage, ParleyError } from "../../client/src/index.ts";
import { documented } from "./harness/documented.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import { Server, command, ofOneNode } from "./harness/server.ts";
import { PATIENCE, eventually, sleep } from "./harness/wait.ts";

/** Kept for so long, and gone about a second later. */
const KEPT_MS = 3000 * Math.min(PATIENCE, 2);
let server: Server;
before(async () => (server = await Server.start({ heartbeat_ms: 2000, "retention.after_ms": KEPT_MS })));
afterEach(everybodyLeaves);
after(() => server.end());

async function entryOf(person: Person, conversation: Id): Promise<Entry> {
  const raw = await person.raw();
  const entry = await raw.ok("conversation.get", { conversation });
  raw.close();
  return entry;
}

/** Until what is kept begins there, or later. */
async function begins(person: Person, conversation: Id, first: number): Promise<Entry> {
  return eventually(async () => {
    const entry = await entryOf(person, conversation);
    return entry.first >= first ? entry : undefined;
  }, `a conversation that begins at ${first}`, 3 * KEPT_MS);
}

async function pair(): Promise<[Device, Device]> {
  return (await online(server, "alice", "bob")) as [Device, Device];
}

test("who was away for longer than things are kept begins where the log does", async () => {
  const [alice, bob] = await pair();
  const { conversation } = await alice.sends(bob, "one");
  await bob.sees("one", alice);
  bob.goesAway();
  await alice.sends(bob, "two");
  await alice.sends(bob, "three");
  await begins(alice.person, conversation, 4);
  await alice.sends(bob, "four");
  await bob.comesBack();
  await bob.seesAll(["four"], alice);
  await bob.hasUnread(alice, 1);
  bob.reads(alice);
  await bob.hasUnread(alice, 0);
  // Who was there all the time drops what is gone when they next compare.
  alice.goesAway();
  await alice.comesBack();
  await alice.seesAll(["four"], bob);
  const rows = (await bob.storage.scan(`copy/row/${conversation}/`)).map(([, row]) => (row as { seq: number }).seq);
  assert.deepEqual(rows, [4]);
});

test("who has all of what is kept goes on from where they were", async () => {
  const [alice, bob] = await pair();
  const { conversation } = await alice.sends(bob, "one");
  await sleep(KEPT_MS / 2);
  await alice.sends(bob, "two");
  await bob.sees("two", alice);
  bob.goesAway();
  await begins(alice.person, conversation, 2);
  await bob.comesBack();
  await bob.seesAll(["two"], alice);
  await alice.sends(bob, "three");
  await bob.sees("three", alice);
  assert.equal(bob.wire.heard.filter((frame) => frame.includes('"truncated"')).length, 0);
});

test("where all is gone a conversation is empty, and still there", async () => {
  const [alice, bob] = await pair();
  const { conversation } = await alice.sends(bob, "one");
  await alice.parley.pin(conversation, 1);
  const { first, head, n, unread, last } = await begins(bob.person, conversation, 3);
  assert.deepEqual({ first, head, n, unread, last }, { first: 3, head: 2, n: 1, unread: 0, last: undefined });
  const late = await bob.person.on("late", new MemoryStorage());
  const view = await late.seesConversation(alice, (one) => one.first === 3, "an empty conversation");
  assert.deepEqual([view.unread, view.last], [0, undefined]);
  late.parley.open(conversation);
  await sleep(500);
  await late.seesAll([], alice);
  const raw = await bob.person.raw();
  assert.deepEqual((await raw.ok("conversation.pins", { conversation })).pins, []);
  assert.deepEqual((await raw.ok("message.history", { conversation })).events, []);
  assert.equal((await raw.refused("message.react", { conversation, seq: 1, emoji: "x" })).code, "not_found");
  const refused = await raw.refused("conversation.events", { conversation, after: 1 });
  assert.deepEqual([refused.code, refused.first], ["truncated", 3]);
  await assert.rejects(bob.person.rest.call("conversation.events", { conversation, after: 0 }, bob.person.token),
    (error: ParleyError) => error.code === "truncated" && error.first === 3);
  assert.deepEqual((await raw.ok("conversation.events", { conversation, after: 2 })).events, []);
  raw.close();
  await alice.sends(bob, "again");
  await late.seesAll(["again"], alice);
  bob.goesAway();
  await bob.comesBack();
  await bob.seesAll(["again"], alice);
  await late.hasUnread(alice, 1);
});

test("what may have been sent before is not sent again by itself", async () => {
  const [alice, bob] = await pair();
  const { conversation } = await alice.sends(bob, "one");
  await bob.sees("one", alice);
  // It stands, and its sender does not hear of it: not by a page either that is asked for meanwhile.
  alice.wire.loses = (frame) => {
    const answer = typeof frame["ok"] === "object" && frame["ok"] !== null && "seq" in frame["ok"];
    if (answer) queueMicrotask(() => alice.goesAway());
    return answer || JSON.stringify(frame).includes('"two"');
  };
  const sent = alice.sends(bob, "two");
  const refused = assert.rejects(sent, (error: ParleyError) => error.code === "too_old");
  await bob.sees("two", alice);
  await begins(bob.person, conversation, 3);
  alice.wire.loses = () => false;
  await alice.comesBack();
  await refused;
  assert.equal((await entryOf(bob.person, conversation)).n, 2);
  // What was never tried goes, whatever the device had when it was said.
  await alice.sends(bob, "three");
  await bob.sees("three", alice);
  const [item] = alice.parley.outbox.getSnapshot();
  assert.equal(item?.error?.code, "too_old");
  await alice.parley.retry(item?.key as string);
  bob.goesAway();
  await bob.comesBack();
  await bob.seesAll(["three", "two"], alice);
});

test("a former member keeps their place, and what was theirs goes too", async () => {
  const [owner, member] = (await people(server, "owner", "member")) as [Person, Person];
  const raw = await owner.raw();
  const { conversation } = await raw.ok("group.create", { title: "us", members: [member.user] });
  await raw.ok("message.send", { to: conversation, text: "with you" });
  await raw.ok("group.remove", { conversation, user: member.user });
  await raw.ok("group.set_title", { conversation, title: "them" });
  const entry = await begins(member, conversation, 4);
  assert.deepEqual([entry.first, entry.head, entry.unread, entry.left, entry.title], [4, 3, 0, true, "us"]);
  const theirs = await member.raw();
  assert.deepEqual((await theirs.ok("message.history", { conversation })).events, []);
  assert.equal((await theirs.refused("message.send", { to: conversation, text: "x" })).code, "forbidden");
  await begins(owner, conversation, 5);
  // Who is in it, and as what, is known though no event says it any more; and they may come back.
  await raw.ok("group.add", { conversation, user: member.user });
  const now = await raw.ok("conversation.get", { conversation });
  assert.deepEqual(now.members.map(({ user, role }) => [user, role]).sort(),
    [[owner.user, "owner"], [member.user, "member"]].sort());
  assert.equal(now.title, "them");
  raw.close();
  theirs.close();
});

test("a try from before what is gone is refused, by every command of a conversation", async () => {
  const [owner, member, other, former] =
    (await people(server, "owner", "member", "other", "former")) as [Person, Person, Person, Person];
  const raw = await owner.raw();
  const { conversation: group } =
    await raw.ok("group.create", { title: "g", members: [member.user, former.user] });
  await raw.ok("message.send", { to: group, text: "x" });
  const left = await former.raw();
  await left.ok("group.leave", { conversation: group });
  const { conversation: direct } = await raw.ok("message.send", { to: other.user, text: "x" });
  await raw.ok("message.send", { to: direct, text: "x" });
  const { token } = await raw.ok("group.invite", { conversation: group });
  await begins(owner, group, 5); // all of it
  await begins(owner, direct, 3);
  const there = { conversation: group, seq: 1 };
  const { conversation: notes } = await raw.ok("message.send", { to: owner.user, text: "to forward" });
  const asks: { [cmd in CommandName]?: object } = {
    "message.send": { to: group, text: "x" },
    "message.edit": { ...there, text: "x" },
    "message.delete": there,
    "message.react": { ...there, emoji: "x" },
    "message.forward": { conversation: notes, seq: 1, to: direct },
    "message.pin": there,
    "message.unpin": there,
    "conversation.set_timer": { conversation: group, seconds: 0 },
    "conversation.set_retention": { conversation: group, days: 0 },
    "group.set_title": { conversation: group, title: "t" },
    "group.set_description": { conversation: group, description: "d" },
    "group.set_picture": { conversation: group },
    "group.set_announce": { conversation: group, on: false },
    "group.invite": { conversation: group },
    "group.uninvite": { conversation: group, invite: 1 },
    "group.join": { token },
    "group.add": { conversation: group, user: other.user },
    "group.remove": { conversation: group, user: member.user },
    "group.set_role": { conversation: group, user: member.user, role: "admin" },
    "group.leave": { conversation: group },
    "conversation.accept": { conversation: direct },
    "contact.request": { user: other.user },
    "contact.accept": { user: other.user },
    "contact.decline": { user: other.user },
    "contact.remove": { user: other.user },
  };
  // One's own log is kept.
  const own = (cmd: string): boolean =>
    /^(account|user|preferences|draft)\./.test(cmd) || ["message.star", "message.unstar", "message.hide", "conversation.clear"].includes(cmd);
  for (const { cmd, errors } of documented()) {
    if (!errors.includes("too_old") || own(cmd)) continue;
    const args = asks[cmd];
    assert.ok(args, `nothing asks ${cmd}`);
    const asker = cmd === "group.join" ? left : raw;
    const head = Object.values(args).includes(direct) || cmd.startsWith("contact") ? 2 : 4;
    const rest = cmd === "group.join" ? former : owner;
    for (const [code, more] of [["after_required", {}], ["too_old", { after: 1 }]] as const) {
      const refused: { code: string; head?: number } =
        await asker.refused(cmd as "sync", { ...args, ...more, key: `k${cmd}` });
      assert.deepEqual([refused.code, refused.head], [code, head], cmd);
      await assert.rejects(rest.rest.call(cmd as "sync", { ...args, ...more, key: "r" } as never, rest.token),
        (error: ParleyError) => error.code === code && error.head === head, cmd);
    }
  }
  // A command without a key was never tried before, and a newcomer to a group never came before.
  await raw.ok("message.send", { to: group, text: "x" });
  await raw.ok("message.send", { to: group, text: "x", key: "k", after: 5 });
  const newcomer = await other.raw();
  await newcomer.ok("group.join", { token, key: "k" });
  for (const one of [raw, left, newcomer]) one.close();
});

test("what everybody has goes sooner, and waits for who has not", async () => {
  const waits = await Server.start({ heartbeat_ms: 2000, "retention.delivered_ms": 2000 * PATIENCE });
  try {
    const [alice, bob] = (await online(waits, "alice", "bob")) as [Device, Device];
    const { conversation } = await alice.sends(bob, "one");
    await bob.sees("one", alice);
    await bob.parley.accept(conversation); // what is a request counts as delivered to nobody
    await alice.seesTick("one", bob, "delivered");
    bob.goesAway();
    await alice.sends(bob, "two");
    await begins(alice.person, conversation, 3);
    await sleep(4000 * PATIENCE);
    assert.equal((await entryOf(alice.person, conversation)).first, 3);
    await bob.comesBack();
    // What came is here, and stays until the server is asked again.
    await bob.sees("two", alice);
    await begins(alice.person, conversation, 4);
    // What stands in the store fits, though its beginning is gone, and a killed server goes on.
    await alice.sends(bob, "three");
    everybodyLeaves();
    await waits.restart("kill");
    await begins(alice.person, conversation, 4);
    await waits.stop();
    waits.isSound();
  } finally {
    await waits.end();
  }
});

test("a server that is killed again and again while it removes leaves what fits together",
  ofOneNode("the embedded store's"), async () => {
  const writes = await Server.start();
  const [owner, member] = (await people(writes, "owner", "member")) as [Person, Person];
  const raw = await owner.raw();
  const groups: Id[] = [];
  for (let i = 0; i < 20; i++) {
    const { conversation } = await raw.ok("group.create", { title: `g${i}`, members: [member.user] });
    groups.push(conversation);
  }
  const say = (to: Id): Promise<unknown> => raw.ok("message.send", { to, text: "x".repeat(200), mentions: [member.user] });
  for (let i = 0; i < 100; i++) await Promise.all(groups.map(say));
  for (const conversation of groups) await raw.ok("message.pin", { conversation, seq: 2 });
  raw.close();
  await writes.stop();
  const removes = new Server(writes.dir, writes.port, {
    registration: "open", insecure_fast_passwords: true, "retention.after_ms": 1,
  });
  const left = async (): Promise<number> => {
    const entries = await Promise.all(groups.map((conversation) => entryOf(owner, conversation)));
    return entries.filter(({ first, head }) => first <= head).length;
  };
  try {
    for (let i = 0, wait = 900; i < 6; i++, wait += 60) {
      await removes.start();
      await sleep(wait * PATIENCE);
      await removes.kill();
      const { status, output } = command(["verify", join(writes.dir, "data")]);
      assert.equal(status, 0, output);
    }
    await removes.start();
    await eventually(async () => ((await left()) === 0 ? true : undefined), "all to be gone", 30_000 * PATIENCE);
    await removes.stop();
    const { status, output } = command(["verify", join(writes.dir, "data")]);
    assert.equal(status, 0, output);
  } finally {
    await removes.kill();
    await writes.end();
  }
});

test("people of a conversation may want less, and are told", async () => {
  const [alice, bob] = await pair();
  const { conversation } = await alice.sends(bob, "one");
  await alice.parley.setRetention(conversation, 7);
  await bob.seesConversation(alice, (view) => view.retention === 7, "seven days");
  assert.equal((await entryOf(bob.person, conversation)).retention, 7);
  const raw = await bob.person.raw();
  for (const days of [-1, 3651, 1.5]) {
    const { code, field } = await raw.refused("conversation.set_retention", { conversation, days });
    assert.deepEqual([code, field], ["bad_request", "days"]);
  }
  await raw.ok("conversation.set_retention", { conversation, days: 0 });
  await alice.seesConversation(bob, (view) => view.retention === 0, "as the server does");
  assert.equal((await entryOf(bob.person, conversation)).retention, undefined);
  raw.close();
});
