/** What is done with messages besides writing them: mentioning people. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { until } from "./harness/wait.ts";

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
  const [alice, bob] = await online(server, "alice", "bob");
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
