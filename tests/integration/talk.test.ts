/** Two people, each with two devices, and all that a conversation is made of. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { Device, befriend, everybodyLeaves, online, people } from "./harness/people.ts";
import { Server, everywhere } from "./harness/server.ts";
import { sleep, until } from "./harness/wait.ts";

/** A device that is cut off is back by then. */
const OFFLINE_MS = 3000;
let server: Server;
before(async () => (server = await Server.start({ "presence.offline_after_ms": OFFLINE_MS })));
afterEach(everybodyLeaves);
after(() => server.end());

/** What a timeline begins with: that the two are contacts. */
const BEFORE = 2;

/** Alice and Bob, two devices each. */
async function pairs(): Promise<[Device, Device, Device, Device]> {
  const [alice, bob] = await people(server, "alice", "bob") as [Person, Person];
  await befriend(alice, bob);
  return Promise.all([alice!.on("phone"), alice!.on("laptop"), bob!.on("phone"), bob!.on("laptop")]);
}

test("a message reaches both devices of both people, in the same order", async () => {
  const [phone, laptop, bob, bobs] = await pairs();
  await phone.sends(bob, "one");
  await laptop.sends(bob, "two");
  await bob.sees("two", phone);
  await bobs.sends(phone, "three");
  const all = ["one", "two", "three"];
  await Promise.all([
    phone.seesAll(all, bob), laptop.seesAll(all, bob), bob.seesAll(all, phone), bobs.seesAll(all, phone),
  ]);
});

test("ticks go from sent over delivered to read, on both devices of the sender", async () => {
  const [phone, laptop, bob, bobs] = await pairs();
  bob.goesAway();
  bobs.goesAway();
  await phone.sends(bob, "hello");
  await phone.seesTick("hello", bob, "sent");
  await bob.comesBack();
  await phone.seesTick("hello", bob, "delivered");
  await laptop.seesTick("hello", bob, "delivered");
  bob.reads(phone);
  await phone.seesTick("hello", bob, "read");
  await laptop.seesTick("hello", bob, "read");
});

test("unread is exact and the same on all devices, also on one that was away", async () => {
  const [phone, , bob, bobs] = await pairs();
  for (const text of ["a", "b", "c"]) await phone.sends(bob, text);
  await Promise.all([bob.hasUnread(phone, 3), bobs.hasUnread(phone, 3)]);
  const { seq } = await bob.sees("b", phone);
  bob.parley.markRead(phone.user, seq);
  await Promise.all([bob.hasUnread(phone, 1), bobs.hasUnread(phone, 1)]);
  bobs.goesAway();
  bob.reads(phone);
  await bob.hasUnread(phone, 0);
  await phone.sends(bob, "d");
  await bobs.comesBack();
  await bobs.hasUnread(phone, 1);
  const third = await bob.person.on("tablet");
  await third.hasUnread(phone, 1);
  assert.equal(third.parley.unread.getSnapshot(), 1);
});

test("what was sent from a night's outbox does not mark the night as read", async () => {
  const [phone, , bob, bobs] = await pairs();
  await phone.sends(bob, "first");
  await bob.sees("first", phone);
  bob.reads(phone);
  await bobs.hasUnread(phone, 0);
  bob.goesAway();
  await phone.sends(bob, "in the night");
  const flushed = bob.sends(phone, "from the outbox");
  await bob.comesBack();
  await flushed;
  // The night's message and, after it, one's own.
  await Promise.all([bob.hasUnread(phone, 2), bobs.hasUnread(phone, 2)]);
});

test("an edit, a reaction and a delete reach every device, also one that was away", async () => {
  const [phone, laptop, bob, bobs] = await pairs();
  const { conversation, seq } = await phone.sends(bob, "helo");
  await bobs.sees("helo", phone);
  bobs.goesAway();
  await laptop.parley.edit(conversation, seq, "hello");
  await bob.parley.react(conversation, seq, "👍");
  const second = await phone.sends(bob, "oops");
  await phone.parley.delete(conversation, second.seq);
  await bobs.comesBack();
  for (const device of [phone, laptop, bob, bobs]) {
    const timeline = await until(device.parley.timeline(conversation), ({ items }) => {
      const [first, second] = items.slice(BEFORE);
      return first?.type === "message" && first.reactions.length === 1 && first.edited &&
        second?.type === "message" && second.deleted;
    }, "what was changed");
    const [first, gone] = timeline.items.slice(BEFORE);
    assert.ok(first?.type === "message" && gone?.type === "message");
    assert.equal(first.text, "hello");
    assert.deepEqual(first.reactions, [{ user: bob.user, emoji: "👍" }]);
    assert.equal(gone.text, undefined);
  }
  // No command tells the text any more, nor the one before the edit.
  const { events } = await bob.parley.request("conversation.events", { conversation, after: 0 });
  assert.ok(!JSON.stringify(events).includes("oops"));
  assert.ok(!JSON.stringify(events).includes("helo\""));
  await bob.parley.react(conversation, seq, "");
  await phone.seesConversation(bob, () => true, "the conversation");
  await until(phone.parley.timeline(conversation), ({ items }) =>
    items[BEFORE]?.type === "message" && items[BEFORE].reactions.length === 0, "the reaction gone");
});

test("an answer names the message it answers", async () => {
  const [phone, , bob] = await pairs();
  const { seq } = await phone.sends(bob, "question");
  await bob.sees("question", phone);
  await bob.sends(phone, "answer", { reply_to: seq });
  assert.equal((await phone.sees("answer", bob)).reply_to, seq);
});

test("another kind of message passes as it is", async () => {
  const [phone, , bob] = await pairs();
  await phone.sends(bob, "{\"sealed\":1}", { kind: "x.sealed" });
  assert.equal((await bob.sees("{\"sealed\":1}", phone)).kind, "x.sealed");
});

test("text of any script and the largest size arrives as it was", async () => {
  const [phone, , bob] = await pairs();
  const strange = "žluťoučký 漢字 👩‍👩‍👧 \u0001\n\t\"\\ \u202e";
  const large = "ä".repeat(4096);
  await phone.sends(bob, strange);
  await phone.sends(bob, large);
  await bob.sees(strange, phone);
  await bob.sees(large, phone);
});

test("notes to self are seen on all one's devices and are read", async () => {
  const [phone, laptop] = await pairs();
  await phone.sends(phone, "milk");
  await laptop.sends(laptop, "bread");
  await phone.seesAll(["milk", "bread"], phone);
  await laptop.seesAll(["milk", "bread"], phone);
  const view = await laptop.seesConversation(phone, (one) => one.unread === 0, "nothing unread");
  assert.equal(view.kind, "self");
});

test("typing shows at the other's devices, ends with the message, and else after 6 s", async () => {
  const [phone, laptop, bob, bobs] = await pairs();
  const { conversation } = await phone.sends(bob, "hello");
  await Promise.all([bob.sees("hello", phone), bobs.sees("hello", phone)]);
  phone.parley.types(conversation);
  for (const device of [bob, bobs]) {
    await until(device.parley.typing(conversation), (users) => users.includes(phone.user), "typing");
  }
  assert.deepEqual(laptop.parley.typing(conversation).getSnapshot(), []);
  await phone.sends(bob, "typed");
  await until(bob.parley.typing(conversation), (users) => users.length === 0, "typing ended", 5000);
  phone.parley.types(conversation);
  await until(bob.parley.typing(conversation), (users) => users.length === 1, "typing again");
  const since = Date.now();
  await until(bob.parley.typing(conversation), (users) => users.length === 0, "typing expired");
  assert.ok(Date.now() - since > 5000);
});

test("presence shows whom one watches, a short drop is not seen, last seen comes with going", async () => {
  const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  bob.parley.watch([alice.user]);
  const presence = bob.parley.presence(alice.user);
  await until(presence, (one) => one?.online === true, "alice online");
  let seenOffline = false;
  const end = presence.subscribe(() => (seenOffline ||= presence.getSnapshot()?.online === false));
  alice.wire.breaks();
  await alice.isOnline();
  await sleep(OFFLINE_MS + 500);
  assert.ok(!seenOffline);
  end();
  const left = Date.now();
  alice.goesAway();
  const gone = await until(presence, (one) => one?.online === false, "alice offline");
  assert.ok(Math.abs((gone?.last_seen ?? 0) - left) < OFFLINE_MS + 10_000, `last seen ${gone?.last_seen}, left ${left}`);
  assert.ok(Date.now() - left >= OFFLINE_MS - 100);
  await alice.comesBack();
  await until(presence, (one) => one?.online === true, "alice online again");
});

test("whoever signs out their last device is offline at once", async () => {
  const slow = await Server.start({ "presence.offline_after_ms": 60_000 });
  try {
    const [alice, bob] = await online(slow, "alice", "bob") as [Device, Device];
    bob.parley.watch([alice.user]);
    await until(bob.parley.presence(alice.user), (one) => one?.online === true, "alice online");
    await alice.parley.signOut();
    await until(bob.parley.presence(alice.user), (one) => one?.online === false, "alice offline");
  } finally {
    everybodyLeaves();
    await slow.end();
  }
});

test("a blocked person can neither write nor see presence, and is told only that", async () => {
  const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  await bob.sends(alice, "hello");
  await alice.sees("hello", bob);
  bob.parley.watch([alice.user]);
  await until(bob.parley.presence(alice.user), (one) => one?.online === true, "alice online");
  await alice.parley.block(bob.user);
  await until(alice.parley.blocked, (users) => users.includes(bob.user), "the block");
  await everywhere();
  await assert.rejects(bob.sends(alice, "still there?"), { code: "cannot_write" });
  const presence = await bob.parley.request("presence.get", { user: alice.user });
  assert.deepEqual(presence, { user: alice.user, online: false });
  await until(bob.parley.presence(alice.user), (one) => one?.online === false, "alice hidden");
  // Who blocks cannot write either: it would be a conversation of one.
  await assert.rejects(alice.sends(bob, "you there"), { code: "cannot_write" });
  const { blocked } = await alice.parley.request("user.get", { user: bob.user });
  assert.equal(blocked, true);
  assert.deepEqual((await alice.parley.request("user.blocked", {})).users, [bob.user]);
  await alice.parley.unblock(bob.user);
  await bob.sends(alice, "thanks");
  await alice.sees("thanks", bob);
});

test("a block is known on one's other devices", async () => {
  const [phone, laptop, bob] = await pairs();
  await phone.parley.block(bob.user);
  await until(laptop.parley.blocked, (users) => users.includes(bob.user), "the block");
});

test("to block or unblock again is ok and changes nothing", async () => {
  const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  const blocked = async (): Promise<Id[]> => (await alice.parley.request("user.blocked", {})).users;
  await alice.parley.unblock(bob.user);
  assert.deepEqual(await blocked(), []);
  for (let i = 0; i < 2; i++) await alice.parley.block(bob.user);
  assert.deepEqual(await blocked(), [bob.user]);
  for (let i = 0; i < 2; i++) await alice.parley.unblock(bob.user);
  assert.deepEqual(await blocked(), []);
});

test("a profile that changes shows where it is read", async () => {
  const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  await alice.parley.setProfile({ display_name: "Alice Ü.", about: "here" });
  await everywhere();
  const seen = await bob.parley.request("user.get", { user: alice.user });
  assert.equal(seen.display_name, "Alice Ü.");
  assert.equal(seen.about, "here");
  const own = await alice.parley.request("account.get", {});
  assert.equal(own.display_name, "Alice Ü.");
});

test("people are found by the start of their name", async () => {
  const [zoe] = await people(server, "zoe");
  const { users } = await zoe!.rest.call("user.search", { prefix: zoe!.name.slice(0, 8) }, zoe!.token);
  assert.ok(users.some((one) => one.user === zoe!.user && one.username === zoe!.name));
  const none = await zoe!.rest.call("user.search", { prefix: "zoe-nobody-has-this" }, zoe!.token);
  assert.deepEqual(none.users, []);
});

test("the list shows the newest conversation first, with its last message", async () => {
  const [alice, bob, carol] = await online(server, "alice", "bob", "carol") as [Device, Device, Device];
  await alice.sends(bob, "to bob");
  await alice.sends(carol, "to carol");
  const order = (): (string | undefined)[] =>
    alice.parley.conversations.getSnapshot().map((view) => view.peer);
  await alice.seesConversation(bob, () => true, "bob");
  await alice.seesConversation(carol, () => true, "carol");
  assert.deepEqual(order(), [carol.user, bob.user]);
  await bob.sees("to bob", alice);
  await bob.sends(alice, "from bob");
  await alice.sees("from bob", bob);
  assert.deepEqual(order(), [bob.user, carol.user]);
  const view = alice.parley.conversations.getSnapshot()[0];
  assert.equal(view?.last?.text, "from bob");
  assert.equal((await until(alice.parley.person(bob.user), (one) => one !== undefined, "bob's name"))?.username,
    bob.person.name);
});
