/** What is one's own alone: every device of one's own follows, and nobody else hears of it. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { ConversationView, Id } from "../../client/src/index.ts";
import { FOR_EVER } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import { ofOthers } from "./harness/raw.ts";
import { Server, everywhere } from "./harness/server.ts";
import { eventually, until } from "./harness/wait.ts";

let server: Server;
before(async () => (server = await Server.start()));
after(() => server.end());
afterEach(everybodyLeaves);

/** Two devices of one person who talks with somebody else, and that conversation. */
async function together(): Promise<{ one: Device; two: Device; bob: Device; chat: Id }> {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation: chat } = await alice.sends(bob, "hello");
  const two = await alice.person.on("second");
  await two.seesConversation(chat, () => true, "the conversation");
  return { one: alice, two, bob, chat };
}

const wanted = ({ muted_until, pinned, archived, marked_unread }: ConversationView) =>
  ({ muted_until, pinned, archived, marked_unread });

test("what one wants of a conversation reaches one's other devices, new ones too", async () => {
  const { one, two, chat } = await together();
  await one.parley.personal.mute(chat);
  const { seq } = await one.parley.personal.pin(chat);
  await one.parley.personal.archive(chat);
  await one.parley.personal.markUnread(chat);
  const all = { muted_until: FOR_EVER, pinned: seq, archived: true, marked_unread: true };
  await two.seesConversation(chat, (view) => view.marked_unread, "the mark");
  const three = await one.person.on("third");
  for (const device of [one, two, three]) {
    await device.seesConversation(chat, (view) => view.marked_unread, "the mark");
    assert.deepEqual(wanted(device.parley.conversation(chat).getSnapshot() as ConversationView), all);
  }
  await two.parley.personal.unmute(chat);
  await two.parley.personal.pin(chat, false);
  await two.parley.personal.archive(chat, false);
  await one.seesConversation(chat, (view) => !view.archived, "that it is taken out");
  assert.deepEqual(wanted(one.parley.conversation(chat).getSnapshot() as ConversationView),
    { muted_until: undefined, pinned: undefined, archived: false, marked_unread: true });
});

test("reading takes the mark as unread away, on every device", async () => {
  const { one, two, bob, chat } = await together();
  await one.parley.personal.markUnread(chat);
  await two.seesConversation(chat, (view) => view.marked_unread, "the mark");
  two.parley.markRead(chat); // there was nothing to read
  await one.seesConversation(chat, (view) => !view.marked_unread, "that it was looked at");
  await one.parley.personal.markUnread(chat);
  await bob.sends(chat, "news");
  await two.sees("news", chat);
  await two.seesConversation(chat, (view) => view.marked_unread, "the mark");
  two.parley.markRead(chat);
  await one.seesConversation(chat, (view) => !view.marked_unread && view.unread === 0, "that it was read");
  await one.parley.personal.markUnread(chat);
  await one.sends(chat, "mine");
  await two.seesConversation(chat, (view) => !view.marked_unread, "that it was answered");
  const three = await one.person.on("third");
  await three.seesConversation(chat, (view) => !view.marked_unread, "it as read");
});

test("a device that was away learns it by sync, whatever pushes were lost", async () => {
  const { one, two, chat } = await together();
  two.goesAway();
  await one.parley.personal.pin(chat);
  await one.parley.personal.archive(chat);
  await one.parley.personal.pin(chat, false);
  await two.comesBack();
  await two.seesConversation(chat, (view) => view.archived && view.pinned === undefined, "what stands");
});

test("a device that missed 2,000 events of the own log has what they left", { timeout: 120_000 }, async () => {
  const { one, two, bob, chat } = await together();
  const { seq: kept } = await bob.sends(chat, "keep this");
  const { conversation: other } = await one.parley.createGroup("other", []);
  await two.seesConversation(other, () => true, "the group");
  two.goesAway();
  const raw = await one.person.raw();
  await raw.ok("message.star", { conversation: chat, seq: kept });
  await raw.ok("preferences.set", { conversation: other, archived: true });
  for (let i = 0; i < 10; i++) {
    await Promise.all(Array.from({ length: 200 }, (_, j) =>
      raw.ok("preferences.set", { conversation: chat, muted_until: 1 + i * 200 + j })));
  }
  const { seq: pinned } = await raw.ok("preferences.set", { conversation: chat, pinned: true });
  raw.close();
  await two.comesBack();
  const { muted_until } = await two.seesConversation(chat, (view) => view.pinned === pinned, "the pin");
  assert.equal(muted_until, 2000);
  await two.seesConversation(other, (view) => view.archived, "it as archived");
  await until(two.parley.personal.stars(chat), (seqs) => seqs[0] === kept, "the star");
  const { seq: next } = await one.parley.personal.pin(other);
  await two.seesConversation(other, (view) => view.pinned === next, "what came after");
});

test("nobody else hears of it", async () => {
  const { one, bob, chat } = await together();
  const before = await eventually(async () => {
    const entry = await bob.parley.request("conversation.get", { conversation: chat });
    return entry.delivered === entry.head ? entry : undefined;
  }, "that all is delivered");
  const { token } = await bob.parley.request("sync", {});
  await one.parley.personal.archive(chat);
  const { conversation: own, seq } = await one.parley.personal.pin(chat);
  assert.equal(own, one.user);
  assert.deepEqual(await bob.parley.request("conversation.get", { conversation: chat }), before);
  assert.deepEqual(ofOthers((await bob.parley.request("sync", { token })).entries), []);
  assert.equal(bob.parley.conversation(chat).getSnapshot()?.archived, false);
  for (const cmd of ["conversation.get", "message.history"] as const) {
    await assert.rejects(bob.parley.request(cmd, { conversation: own }), { code: "not_found" });
  }
  await assert.rejects(bob.parley.request("conversation.events", { conversation: own, after: seq - 1 }),
    { code: "not_found" });
});

test("the list is asked for what is archived, or for the rest; it stays so when somebody writes", async () => {
  const { one, bob, chat } = await together();
  const { conversation: other } = await one.parley.createGroup("other", []);
  await one.parley.personal.archive(chat);
  await bob.sends(chat, "still here");
  const listed = async (archived?: boolean): Promise<Id[]> => {
    const args = archived === undefined ? {} : { archived };
    const { conversations } = await one.parley.request("conversation.list", args);
    return conversations.map((entry) => entry.conversation).sort();
  };
  assert.deepEqual(await listed(true), [chat]);
  assert.deepEqual(await listed(false), [other]);
  assert.deepEqual(await listed(), [chat, other].sort());
});

test("what one was put out of can still be archived, and comes back as one left it", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [b.user] });
  await bob.ok("preferences.set", { conversation, pinned: true });
  await alice.ok("group.remove", { conversation, user: b.user });
  await bob.ok("preferences.set", { conversation, archived: true });
  await alice.ok("group.add", { conversation, user: b.user });
  const { archived, pinned } = await bob.ok("conversation.get", { conversation });
  assert.deepEqual([archived, typeof pinned], [true, "number"]);
});

test("there is nothing to want of one's own log, and to want nothing is refused", async () => {
  const [a] = (await people(server, "alice")) as [Person];
  const alice = await a.raw();
  assert.equal((await alice.refused("preferences.set", { conversation: a.user, pinned: true })).code, "bad_request");
  assert.equal((await alice.refused("preferences.set", { conversation: a.user } as never)).code, "bad_request");
});

test("what one stars is starred on every device, and in nobody else's", async () => {
  const { one, two, bob, chat } = await together();
  const { seq: first } = await bob.sends(chat, "keep this");
  const { seq: second } = await one.sends(chat, "and this");
  await one.parley.personal.star(chat, first);
  await two.parley.personal.star(chat, second);
  const three = await one.person.on("third");
  for (const device of [one, two, three]) {
    await until(device.parley.personal.stars(chat), (seqs) => seqs.length === 2, "both stars");
    const { events } = await device.parley.personal.starred();
    assert.deepEqual(events.map((event) => event.type === "message" && event.text), ["and this", "keep this"]);
  }
  assert.deepEqual((await bob.parley.personal.starred()).events, []);
  assert.deepEqual(bob.parley.personal.stars(chat).getSnapshot(), []);
  await three.parley.personal.unstar(chat, second);
  for (const device of [one, two, three]) {
    await until(device.parley.personal.stars(chat), (seqs) => seqs.length === 1 && seqs[0] === first, "one star");
  }
  await bob.parley.delete(chat, first);
  assert.deepEqual((await one.parley.personal.starred()).events, []);
});

test("what one starred is listed as far as one may read it, in pages", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [b.user] });
  const seqs: number[] = [];
  for (const text of ["1", "2", "3"]) seqs.push((await alice.ok("message.send", { to: conversation, text })).seq);
  for (const seq of seqs) await bob.ok("message.star", { conversation, seq });
  await alice.ok("group.remove", { conversation, user: b.user });
  const { seq: after } = await alice.ok("message.send", { to: conversation, text: "4" });
  assert.equal((await bob.refused("message.star", { conversation, seq: after })).code, "not_found");
  await alice.ok("message.edit", { conversation, seq: seqs[1] as number, text: "not for bob" });
  await everywhere();
  const listed: number[] = [];
  let page: string | undefined;
  do {
    const reply = await bob.ok("message.starred", page === undefined ? { limit: 1 } : { limit: 1, page });
    listed.push(...reply.events.map((event) => event.seq));
    page = reply.page;
  } while (page !== undefined);
  assert.deepEqual(listed, [seqs[2], seqs[0]]);
});
