/** Message requests: what a stranger writes stands apart, and tells them nothing, until one accepts. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import { LIMITS } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import { isReceipts } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { sleep, until } from "./harness/wait.ts";

let server: Server;
before(async () => (server = await Server.start()));
afterEach(everybodyLeaves);
after(() => server.end());

/** Where the device has the conversation: among requests, and among the others. */
async function has(device: Device, where: Id, request: boolean): Promise<void> {
  const { parley } = device;
  const shows = (one: { conversation: Id }): boolean => one.conversation === where;
  await until(parley.requests, (views) => views.some(shows) === request, `request: ${request}`);
  await until(parley.conversations, (views) => views.some(shows) !== request, `listed: ${!request}`);
}

async function listed(who: Person, args: { requests?: boolean; archived?: boolean } = {}): Promise<Id[]> {
  const { conversations } = await who.rest.call("conversation.list", args, who.token);
  return conversations.map((one) => one.conversation);
}

test("a request is one on every device, also on one that was away or is new, until one accepts", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const away = await bob.person.on("away");
  away.goesAway();
  const { conversation } = await alice.sends(bob, "may I?");
  await has(bob, conversation, true);
  await has(alice, conversation, false);
  assert.equal(bob.parley.unread.getSnapshot(), 0);
  await away.comesBack();
  const fresh = await bob.person.on("fresh");
  for (const device of [away, fresh]) await has(device, conversation, true);
  fresh.goesAway();
  await bob.parley.accept(conversation);
  await has(bob, conversation, false);
  assert.equal(bob.parley.unread.getSnapshot(), 1);
  await has(away, conversation, false);
  await fresh.comesBack();
  await has(fresh, conversation, false);
  await has(await bob.person.on("later"), conversation, false);
});

test("to answer accepts, and the two go on as any", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation } = await alice.sends(bob, "may I?");
  await has(bob, conversation, true);
  await bob.sends(alice, "you may");
  await has(bob, conversation, false);
  for (let i = 0; i < LIMITS.request_messages_max; i++) await alice.sends(bob, `word ${i}`);
});

test("the ticks begin with being accepted, and tell of what was before", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation, seq } = await alice.sends(bob, "may I?");
  await bob.sees("may I?", alice);
  bob.reads(alice);
  await bob.hasUnread(alice, 0);
  await sleep(300); // what is told late is told by then
  await alice.seesTick("may I?", bob, "sent");
  assert.ok(!alice.heard.some((frame) => frame.includes(`"user":"${bob.user}"`) && frame.includes('"receipts"')));
  const info = await alice.parley.info(conversation, seq);
  assert.deepEqual(info.readers, [{ user: bob.user, delivered: false, read: false }]);
  await bob.parley.accept(conversation);
  await alice.seesTick("may I?", bob, "read");
});

test("a stranger who comes again and lists is told no more than by pushes", async () => {
  const [a, b] = (await people(server, "a", "b")) as [Person, Person];
  const ra = await a.raw();
  const { conversation, seq } = await ra.ok("message.send", { to: b.user, text: "x" });
  await (await b.raw()).ok("receipt.read", { conversation, seq });
  const { token } = await ra.ok("sync", {});
  const entry = (await ra.ok("conversation.list", {})).conversations[0];
  assert.deepEqual([entry?.peer_delivered, entry?.peer_read, entry?.request], [0, 0, undefined]);
  const its = (await b.rest.call("conversation.get", { conversation }, b.token));
  assert.deepEqual([its.read, its.request], [seq, true]);
  await b.rest.call("conversation.accept", { conversation }, b.token);
  await ra.push(isReceipts, "the marks from before");
  const { entries } = await ra.ok("sync", { token });
  assert.deepEqual([entries[0]?.peer_delivered, entries[0]?.peer_read], [seq, seq]);
  ra.close();
});

test("requests are listed apart, and put out of sight by archiving them", async () => {
  const [a, b, c] = (await people(server, "a", "b", "c")) as [Person, Person, Person];
  const write = async (from: Person): Promise<Id> =>
    (await from.rest.call("message.send", { to: b.user, text: "x" }, from.token)).conversation;
  const [first, second] = [await write(a), await write(c)];
  assert.deepEqual(await listed(b), []);
  assert.deepEqual(await listed(b, { requests: true }), [second, first]);
  assert.deepEqual(await listed(a), [first]);
  await b.rest.call("preferences.set", { conversation: first, archived: true }, b.token);
  assert.deepEqual(await listed(b, { requests: true, archived: false }), [second]);
  assert.deepEqual(await listed(b, { requests: true, archived: true }), [first]);
  await b.rest.call("message.react", { conversation: first, seq: 1, emoji: "👍" }, b.token);
  assert.deepEqual(await listed(b, { archived: true }), [first]);
  assert.deepEqual(await listed(b, { requests: true }), [second]);
});

test("contacts write to each other at once, and who asked to be one is no stranger", async () => {
  const [a, b] = (await people(server, "a", "b")) as [Person, Person];
  await b.rest.call("contact.request", { user: a.user }, b.token);
  const said = await a.rest.call("message.send", { to: b.user, text: "x" }, a.token);
  assert.deepEqual(await listed(b), [said.conversation]);
});

test("a request outlives the server, with what it keeps and how many were written", async () => {
  const own = await Server.start();
  try {
    const [a, b] = (await people(own, "a", "b")) as [Person, Person];
    const say = (): ReturnType<typeof a.rest.call<"message.send">> =>
      a.rest.call("message.send", { to: b.user, text: "x" }, a.token);
    const { conversation } = await say();
    for (let i = 1; i < LIMITS.request_messages_max; i++) await say();
    await b.rest.call("receipt.read", { conversation, seq: 1 }, b.token);
    await own.restart("kill");
    assert.deepEqual(await listed(b, { requests: true }), [conversation]);
    const seen = await a.rest.call("conversation.get", { conversation }, a.token);
    assert.deepEqual([seen.peer_read, seen.members.find(({ user }) => user === b.user)?.read], [0, 0]);
    await assert.rejects(say(), { code: "not_accepted" });
    await b.rest.call("conversation.accept", { conversation }, b.token);
    await say();
    await own.restart("stop");
    assert.deepEqual(await listed(b), [conversation]);
    await own.stop();
    own.isSound();
  } finally {
    await own.end();
  }
});
