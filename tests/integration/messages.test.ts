/** What is done with messages besides writing them: mentioning people, forwarding, pinning, letting
 * them go, asking how far they got. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Id, MessageInfoReply } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { everybodyLeaves, friends, online, people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server, everywhere } from "./harness/server.ts";
import { PATIENCE, eventually, until } from "./harness/wait.ts";

let server: Server;
before(async () => (server = await Server.start()));
after(() => server.end());
afterEach(everybodyLeaves);

async function three(): Promise<[Person, Person, Person]> {
  return (await people(server, "alice", "bob", "carol")) as [Person, Person, Person];
}

/** The seqs of what mentions whoever asks, over pages of two. */
async function mentionsOf(raw: Raw, conversation: Id): Promise<number[]> {
  const seqs: number[] = [];
  let page: string | undefined;
  do {
    const reply = await raw.ok("message.mentions", page === undefined ? { limit: 2 } : { limit: 2, page });
    seqs.push(...reply.events.filter((one) => one.conversation === conversation).map((one) => one.seq));
    page = reply.page;
  } while (page !== undefined);
  return seqs;
}

test("a message mentions the others who are in", async () => {
  const [a, b, c] = await three();
  const [alice, bob, carol] = [await a.raw(), await b.raw(), await c.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [b.user] });
  const mentions = [a.user, b.user, c.user];
  const { seq } = await alice.ok("message.send", { to: conversation, text: "@all", mentions });
  const { events } = await bob.ok("conversation.events", { conversation, after: seq - 1 });
  assert.deepEqual(events.map((one) => one.type === "message" && one.mentions), [[b.user]]);
  assert.deepEqual(await mentionsOf(bob, conversation), [seq]);
  assert.deepEqual(await mentionsOf(alice, conversation), []);
  await alice.ok("group.add", { conversation, user: c.user });
  const { seq: edit } = await alice.ok("message.edit", { conversation, seq, text: "@all!", mentions });
  assert.deepEqual(await mentionsOf(carol, conversation), []);
  await alice.ok("message.edit", { conversation, seq, text: "never mind" });
  assert.deepEqual(await mentionsOf(bob, conversation), []);
  const history = await bob.ok("message.history", { conversation, around: edit });
  assert.ok(history.events.every((one) => !("mentions" in one)), JSON.stringify(history.events));
});

test("too many mentions, and one twice, are refused", async () => {
  const [a, b] = await three();
  const alice = await a.raw();
  const many = Array.from({ length: 33 }, (_, i) => String(i + 1));
  for (const mentions of [many, [b.user, b.user], ["x"], b.user]) {
    const refused = await alice.refused("message.send", { to: b.user, text: "x", mentions } as never);
    assert.deepEqual([refused.code, refused.field], ["bad_request", "mentions"]);
  }
});

test("mentions are listed in pages, and the newest unread one in the list of conversations", async () => {
  const [a, b] = await three();
  const [alice, bob] = [await a.raw(), await b.raw()];
  const seqs: number[] = [];
  let conversation = "";
  for (let i = 0; i < 5; i++) {
    const sent = await alice.ok("message.send", { to: b.user, text: `${i}`, mentions: [b.user] });
    seqs.unshift(sent.seq);
    ({ conversation } = sent);
  }
  assert.deepEqual(await mentionsOf(bob, conversation), []); // by a stranger
  await bob.ok("conversation.accept", { conversation });
  assert.deepEqual(await mentionsOf(bob, conversation), seqs);
  const mention = async (): Promise<number | undefined> =>
    (await bob.ok("conversation.list", {})).conversations.find((one) => one.conversation === conversation)?.mention;
  assert.equal(await mention(), seqs[0]);
  await alice.ok("message.delete", { conversation, seq: seqs[0] as number });
  assert.equal(await mention(), seqs[1]);
  assert.deepEqual(await mentionsOf(bob, conversation), seqs.slice(1));
  await bob.ok("receipt.read", { conversation, seq: seqs[1] as number });
  assert.equal(await mention(), undefined);
});

test("a device sees that it is mentioned until it has read that", async () => {
  const [alice, bob] = await friends(server, "alice", "bob");
  assert.ok(alice && bob);
  const { conversation, seq } = await alice.parley.send(bob.user, "hello @bob", { mentions: [bob.user] });
  const mentionIs = (mention: number | undefined): Promise<unknown> =>
    until(bob.parley.conversation(conversation), (view) => view?.mention === mention, `mention ${mention}`);
  await mentionIs(seq);
  const items = bob.parley.timeline(conversation).getSnapshot().items;
  assert.ok(items.some((one) => one.type === "message" && one.mentioned && one.mentions[0] === bob.user));
  assert.deepEqual((await bob.parley.mentions()).events.map((one) => one.seq), [seq]);
  await alice.parley.edit(conversation, seq, "hello");
  await mentionIs(undefined);
  await alice.parley.edit(conversation, seq, "hello @bob", { mentions: [bob.user] });
  await mentionIs(seq);
  bob.parley.markRead(conversation, seq);
  await mentionIs(undefined);
});

test("a forward is a copy that says so, and not of whose", async () => {
  const [a, b, c] = await three();
  const [alice, bob, carol] = [await a.raw(), await b.raw(), await c.raw()];
  const said = { to: b.user, kind: "recipe", text: "two eggs", mentions: [b.user] };
  const { conversation, seq } = await alice.ok("message.send", said);
  const forward = { conversation, seq, to: c.user, key: "copy" };
  const copy = await bob.ok("message.forward", forward);
  const { events } = await carol.ok("message.history", { conversation: copy.conversation });
  const [event] = events;
  assert.ok(events.length === 1 && event?.type === "message");
  assert.deepEqual([event.sender, event.kind, event.text, event.forwarded, event.mentions],
    [b.user, "recipe", "two eggs", true, undefined]);
  assert.ok(!JSON.stringify(event).includes(a.user));

  await alice.ok("message.delete", { conversation, seq });
  const again = await bob.ok("message.forward", forward);
  assert.deepEqual([again.conversation, again.seq], [copy.conversation, copy.seq]);
  assert.equal((await bob.refused("message.forward", { ...forward, seq: seq + 1 })).code, "key_reused");
  assert.equal((await bob.refused("message.forward", { ...forward, key: "late" })).code, "not_found");
  const left = await carol.ok("message.history", { conversation: copy.conversation });
  assert.equal(left.events.length, 1);
  assert.equal((await carol.refused("message.forward", { conversation, seq, to: c.user })).code, "not_found");
  const words = { conversation: copy.conversation, seq: copy.seq, text: "three eggs" };
  assert.equal((await bob.refused("message.edit", words)).code, "forbidden");
  // A copy is forwarded like any message, also to oneself and within its conversation.
  for (const to of [c.user, copy.conversation]) {
    const next = await carol.ok("message.forward", { conversation: copy.conversation, seq: copy.seq, to });
    const page = await carol.ok("conversation.events", { conversation: next.conversation, after: next.seq - 1 });
    assert.ok(page.events[0]?.type === "message" && page.events[0].forwarded && page.events[0].text === "two eggs");
  }
});

test("what one may not read is not forwarded either", async () => {
  const [a, b, c] = await three();
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [c.user] });
  const { seq: early } = await alice.ok("message.send", { to: conversation, text: "before bob" });
  await alice.ok("group.add", { conversation, user: b.user });
  const { seq } = await alice.ok("message.send", { to: conversation, text: "with bob" });
  const { seq: last } = await alice.ok("message.send", { to: conversation, text: "also with bob" });
  const refused = async (at: number): Promise<void> => {
    const error = await bob.refused("message.forward", { conversation, seq: at, to: b.user });
    assert.equal(error.code, "not_found");
  };
  for (const at of [early, seq + 100, 1]) await refused(at);
  await alice.ok("group.remove", { conversation, user: b.user });
  const { seq: after } = await alice.ok("message.send", { to: conversation, text: "without bob" });
  await alice.ok("message.edit", { conversation, seq: last, text: "not for bob" });
  await everywhere();
  for (const at of [after, last]) await refused(at);
  await bob.ok("message.forward", { conversation, seq, to: b.user });
});

test("what is pinned is what the events say, for whoever may read it", async () => {
  const [a, b, c] = await three();
  const [alice, bob, carol] = [await a.raw(), await b.raw(), await c.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [b.user] });
  const pins = async (who: Raw): Promise<[number, string][]> =>
    (await who.ok("conversation.pins", { conversation })).pins
      .map(({ message, pin }) => [message.seq, pin.sender]);
  const seqs: number[] = [];
  for (const text of ["one", "two"]) seqs.push((await alice.ok("message.send", { to: conversation, text })).seq);
  const [one, two] = seqs as [number, number];
  await alice.ok("message.pin", { conversation, seq: one });
  await alice.ok("message.pin", { conversation, seq: two });
  assert.deepEqual(await pins(bob), [[two, a.user], [one, a.user]]);
  await alice.ok("message.pin", { conversation, seq: one });
  assert.deepEqual(await pins(bob), [[one, a.user], [two, a.user]]);
  await alice.ok("group.add", { conversation, user: c.user });
  assert.deepEqual(await pins(carol), []);
  await alice.ok("message.delete", { conversation, seq: one });
  assert.deepEqual(await pins(bob), [[two, a.user]]);
  await alice.ok("group.remove", { conversation, user: b.user });
  await everywhere();
  assert.deepEqual(await pins(bob), []);
  await alice.ok("message.unpin", { conversation, seq: two });
  await alice.ok("message.unpin", { conversation, seq: two });
  assert.deepEqual(await pins(alice), []);
  assert.equal((await alice.refused("message.pin", { conversation, seq: one })).code, "not_found");
});

test("both pin in their 1:1, and a device that looks at it sees that", async () => {
  const [alice, bob] = await online(server, "alice", "bob");
  assert.ok(alice && bob);
  const { conversation, seq } = await alice.parley.send(bob.user, "the address");
  const pinned = (device: typeof alice, seqs: number[]): Promise<unknown> =>
    until(device.parley.pins(conversation), (pins) =>
      JSON.stringify(pins?.map(({ message }) => message.seq)) === JSON.stringify(seqs), `pinned: ${seqs}`);
  await until(alice.parley.conversation(conversation), (view) => view !== undefined, "the conversation");
  const close = alice.parley.open(conversation);
  await pinned(alice, []);
  await bob.parley.pin(conversation, seq);
  await pinned(alice, [seq]);
  await alice.parley.unpin(conversation, seq);
  await pinned(alice, []);
  const copy = await alice.parley.forward(conversation, seq, alice.user);
  await until(alice.parley.timeline(copy.conversation), ({ items }) =>
    items.some((item) => item.type === "message" && item.forwarded && item.text === "the address"), "the copy");
  close();
  assert.equal(alice.parley.pins(conversation).getSnapshot(), undefined);
});

/** How long messages stay that are to go: long enough to do something with them. */
const STAYS_S = 4 * Math.min(PATIENCE, 2);

/** Alice and Bob in a 1:1 whose messages go after a while; one of them, edited, pinned and gone. */
async function itHasGone(): Promise<{ alice: Raw; bob: Raw; a: Person; b: Person; conversation: Id; seq: number; edit: number }> {
  const [a, b] = await three();
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await alice.ok("message.send", { to: b.user, text: "this stays" });
  await bob.ok("conversation.set_timer", { conversation, seconds: STAYS_S });
  const sent = await alice.ok("message.send", { to: b.user, text: "secret one", mentions: [b.user], key: "first" });
  const { seq } = sent;
  const { seq: edit } = await alice.ok("message.edit",
    { conversation, seq, text: "secret two", mentions: [b.user] });
  await bob.ok("message.react", { conversation, seq, emoji: "+" });
  await bob.ok("message.pin", { conversation, seq });
  const { events } = await bob.ok("conversation.events", { conversation, after: seq - 1 });
  const [message, changed] = events;
  assert.ok(message?.type === "message" && changed?.type === "edit");
  assert.deepEqual([message.expires, message.text], [sent.time + STAYS_S * 1000, "secret two"]);
  assert.deepEqual([changed.expires, changed.text], [message.expires, "secret two"]);
  await eventually(async () => {
    const page = await bob.ok("message.history", { conversation, around: seq });
    const now = page.events.find((one) => one.seq === seq);
    return now?.type === "message" && now.deleted ? true : undefined;
  }, "the end of the message");
  return { alice, bob, a, b, conversation, seq, edit };
}

test("no answer has the words of a message whose time has come", async () => {
  const { alice, bob, b, conversation, seq, edit } = await itHasGone();
  const again = await alice.ok("message.send", { to: b.user, text: "secret one", mentions: [b.user], key: "first" });
  assert.equal(again.seq, seq);
  const answers = [
    await bob.ok("conversation.list", {}),
    await bob.ok("conversation.get", { conversation }),
    await bob.ok("conversation.events", { conversation, after: 0 }),
    await bob.ok("message.history", { conversation }),
    await bob.ok("messages.unread", {}),
    await bob.ok("message.mentions", {}),
    await bob.ok("conversation.pins", { conversation }),
    await bob.ok("sync", {}),
  ];
  for (const answer of answers) assert.doesNotMatch(JSON.stringify(answer), /secret/);
  assert.match(JSON.stringify(answers), /this stays/);
  const { events } = answers[2] as { events: { seq: number; text?: string; deleted?: boolean }[] };
  const row = events.find((one) => one.seq === seq);
  assert.deepEqual([row?.deleted, row?.text], [true, undefined]);
  assert.equal(events.find((one) => one.seq === edit)?.text, undefined);
  assert.deepEqual((answers[5] as { events: unknown[] }).events, []);
  assert.deepEqual((answers[6] as { pins: unknown[] }).pins, []);
});

test("nothing can be done with a message that has gone, but answer it", async () => {
  const { alice, bob, b, conversation, seq } = await itHasGone();
  const at = { conversation, seq };
  assert.equal((await alice.refused("message.edit", { ...at, text: "x" })).code, "not_found");
  assert.equal((await alice.refused("message.delete", at)).code, "not_found");
  assert.equal((await bob.refused("message.react", { ...at, emoji: "x" })).code, "not_found");
  assert.equal((await bob.refused("message.pin", at)).code, "not_found");
  assert.equal((await bob.refused("message.forward", { ...at, to: b.user })).code, "not_found");
  await bob.ok("message.unpin", at);
  await bob.ok("message.send", { to: conversation, text: "what did it say?", reply_to: seq });
  assert.ok((await bob.ok("messages.unread", {})).total > 0);
});

test("a timer holds for what is written after it, a copy goes with its original", async () => {
  const [a, b, c] = await three();
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [b.user] });
  const expires = async (seq: number, at: Id): Promise<number | undefined> => {
    const { events: [event] } = await bob.ok("conversation.events", { conversation: at, after: seq - 1 });
    return event?.type === "message" ? event.expires : undefined;
  };
  const before = await alice.ok("message.send", { to: conversation, text: "before" });
  await alice.ok("conversation.set_timer", { conversation, seconds: 3600 });
  assert.equal((await bob.ok("conversation.get", { conversation })).timer, 3600);
  const during = await alice.ok("message.send", { to: conversation, text: "during" });
  await alice.ok("conversation.set_timer", { conversation, seconds: 0 });
  const after = await alice.ok("message.send", { to: conversation, text: "after" });
  assert.equal((await bob.ok("conversation.get", { conversation })).timer, undefined);
  assert.equal(await expires(before.seq, conversation), undefined);
  assert.equal(await expires(during.seq, conversation), during.time + 3_600_000);
  assert.equal(await expires(after.seq, conversation), undefined);
  const copy = await bob.ok("message.forward", { conversation, seq: during.seq, to: b.user });
  assert.equal(await expires(copy.seq, copy.conversation), during.time + 3_600_000);
  const sooner = await bob.ok("message.send", { to: c.user, text: "hello" });
  await bob.ok("conversation.set_timer", { conversation: sooner.conversation, seconds: 60 });
  const second = await bob.ok("message.forward", { conversation, seq: during.seq, to: c.user });
  assert.equal(await expires(second.seq, second.conversation), second.time + 60_000);
});

test("on every device the words go by themselves", async () => {
  const [alice, bob] = await online(server, "alice", "bob");
  assert.ok(alice && bob);
  const { conversation } = await alice.parley.send(bob.user, "this stays");
  await until(bob.parley.conversation(conversation), (view) => view !== undefined, "the conversation");
  await bob.parley.setTimer(conversation, STAYS_S);
  await until(alice.parley.conversation(conversation), (view) => view?.timer === STAYS_S, "the timer");
  const { seq } = await alice.parley.send(bob.user, "secret");
  for (const device of [alice, bob]) {
    await until(device.parley.timeline(conversation), ({ items }) =>
      items.some((item) => item.type === "message" && item.seq === seq && item.text === "secret"), "the secret");
  }
  for (const device of [alice, bob]) {
    device.wire.breaks();
    await until(device.parley.timeline(conversation), ({ items }) =>
      items.some((item) => item.type === "message" && item.seq === seq && item.deleted && item.text === undefined), "its end");
    assert.doesNotMatch(JSON.stringify(await device.storage.scan("")), /secret/);
  }
});

test("a message's info says who has it, who read it, and by when", async () => {
  const [a, b, c] = await three();
  const [alice, bob, carol] = [await a.raw(), await b.raw(), await c.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [b.user] });
  const { seq, time } = await alice.ok("message.send", { to: conversation, text: "hello" });
  const info = async (who: Raw): Promise<MessageInfoReply["readers"]> =>
    (await who.ok("message.info", { conversation, seq })).readers;
  assert.deepEqual(await info(alice), [{ user: b.user, delivered: false, read: false }]);
  await bob.ok("receipt.delivered", { conversation, seq });
  const delivered = await eventually(async () => (await info(alice)).find((one) => one.delivered), "that it came");
  assert.ok(!delivered.read && delivered.read_time === undefined);
  assert.ok((delivered.delivered_time ?? 0) >= time);
  await bob.ok("receipt.read", { conversation, seq });
  const read = await eventually(async () => (await info(alice)).find((one) => one.read), "that it was read");
  assert.ok((read.read_time ?? 0) >= (read.delivered_time ?? Infinity));
  assert.deepEqual(await info(bob), await info(alice));
  // Whoever joins later may not read it, and does not stand there.
  await alice.ok("group.add", { conversation, user: c.user });
  assert.deepEqual((await info(alice)).map((one) => one.user), [b.user]);
  assert.equal((await carol.refused("message.info", { conversation, seq })).code, "not_found");
  assert.equal((await alice.refused("message.info", { conversation, seq: 1 })).code, "not_found");
  assert.equal((await alice.refused("message.info", { conversation, seq: seq + 100 })).code, "not_found");
  await alice.ok("group.remove", { conversation, user: b.user });
  await everywhere();
  assert.deepEqual(await info(bob), []);
  assert.deepEqual(await info(alice), []);
  await alice.ok("message.delete", { conversation, seq });
  assert.equal((await alice.refused("message.info", { conversation, seq })).code, "not_found");
});

test("a store that words have gone from is sound, and does not have them again after a restart", async () => {
  const { b, conversation, seq } = await itHasGone();
  await server.stop();
  server.isSound();
  await server.start();
  const again = await b.raw();
  const { events } = await again.ok("conversation.events", { conversation, after: seq - 1 });
  assert.equal(events[0]?.seq, seq);
  assert.doesNotMatch(JSON.stringify(events), /secret/);
});
