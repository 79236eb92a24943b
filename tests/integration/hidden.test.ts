/** What one hides from oneself: no answer has its words again, on any device; the others keep it. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { ChatEvent, CommandName, EventMessage, Id } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Server, command, ofOneNode } from "./harness/server.ts";

let server: Server;
before(async () => (server = await Server.start()));
after(() => server.end());
afterEach(everybodyLeaves);

const SECRET = "not for these eyes";

/** Two devices of one person who talks with somebody else, and that conversation. */
async function together(): Promise<{ one: Device; two: Device; bob: Device; chat: Id }> {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation: chat } = await alice.sends(bob, "hello");
  const two = await alice.person.on("second");
  await two.seesConversation(chat, () => true, "the conversation");
  two.parley.open(chat);
  await two.sees("hello", chat);
  return { one: alice, two, bob, chat };
}

async function stored(device: Device): Promise<string> {
  return JSON.stringify(await device.storage.scan(""));
}

/** Bob's group, with Alice. */
interface Raws { a: Person; b: Person; alice: Raw; bob: Raw; group: Id }

async function raws(): Promise<Raws> {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation: group } = await bob.ok("group.create", { title: "g", members: [a.user], history: "all" });
  return { a, b, alice, bob, group };
}

/** Everything that may tell of a conversation, as text. */
async function allAnswers(raw: Raw, conversation: Id, head: number): Promise<string> {
  const asked: [CommandName, object][] = [
    ["conversation.events", { conversation, after: 0 }], ["message.history", { conversation }],
    ["message.history", { conversation, before: head + 1 }], ["message.history", { conversation, after: 0 }],
    ["message.history", { conversation, around: 3 }], ["messages.unread", {}], ["conversation.list", {}],
    ["conversation.list", { archived: false }], ["conversation.get", { conversation }],
    ["conversation.pins", { conversation }], ["message.mentions", {}], ["message.starred", {}],
    ["sync", { token: "" }], ["draft.list", {}],
  ];
  const { token } = await raw.ok("sync", {});
  const answers = await Promise.all(asked.map(([cmd, args]) =>
    raw.ask(cmd, cmd === "sync" ? { token } : args)));
  for (const [i, { error }] of answers.entries()) assert.equal(error, undefined, asked[i]?.[0]);
  return JSON.stringify(answers);
}

test("a message that one hides goes from every device of one's own, and stays for the other", async () => {
  const { one, two, bob, chat } = await together();
  const { seq } = await bob.sends(chat, SECRET);
  await one.sees(SECRET, chat);
  await two.sees(SECRET, chat);
  await one.parley.personal.hide(chat, seq);
  for (const device of [one, two]) {
    await device.seesAll(["hello"], chat);
    assert.ok(!(await stored(device)).includes(SECRET));
  }
  await bob.sees(SECRET, chat);
  const three = await one.person.on("third");
  three.parley.open(chat);
  await three.seesAll(["hello"], chat);
  assert.ok(!three.heard.some((frame) => frame.includes(SECRET)));
  // What is written about it later is not seen either, here or by who starts again.
  await bob.parley.edit(chat, seq, `${SECRET}, edited`);
  await bob.sends(chat, "after it");
  for (const device of [one, two, three]) {
    await device.seesAll(["hello", "after it"], chat);
    assert.ok(!(await stored(device)).includes(SECRET));
  }
  two.goesAway();
  const again = await two.starts();
  await again.seesAll(["hello", "after it"], chat);
});

test("a device that was away learns of it, whatever pushes were lost", async () => {
  const { one, two, bob, chat } = await together();
  const { seq } = await bob.sends(chat, SECRET);
  await two.sees(SECRET, chat);
  two.wire.loses = (frame) => frame.push === "event";
  await one.parley.personal.hide(chat, seq);
  two.goesAway();
  two.wire.loses = () => false;
  await two.comesBack();
  await two.seesAll(["hello"], chat);
  assert.ok(!(await stored(two)).includes(SECRET));
});

test("a device that missed 1,200 events of the own log keeps nothing that was hidden meanwhile", { timeout: 120_000 }, async () => {
  const { one, two, bob, chat } = await together();
  const { seq } = await bob.sends(chat, SECRET);
  await two.sees(SECRET, chat);
  two.goesAway();
  const raw = await one.person.raw();
  await raw.ok("message.hide", { conversation: chat, seq });
  for (let i = 0; i < 6; i++) {
    await Promise.all(Array.from({ length: 200 }, (_, j) =>
      raw.ok("preferences.set", { conversation: chat, muted_until: 1 + i * 200 + j })));
  }
  raw.close();
  await two.comesBack();
  await two.seesConversation(chat, (view) => view.muted_until === 1200, "what was wanted last");
  await two.seesAll(["hello"], chat);
  assert.ok(!(await stored(two)).includes(SECRET));
});

test("a history that one clears is gone up to there on every device", async () => {
  const { one, two, bob, chat } = await together();
  await bob.sends(chat, SECRET);
  const { seq: last } = await bob.sends(chat, `${SECRET}, twice`);
  for (const device of [one, two]) await device.seesConversation(chat, (view) => view.head >= last, "all of it");
  await one.parley.personal.clearHistory(chat);
  await bob.sends(chat, "from here on");
  for (const device of [one, two]) {
    await device.seesAll(["from here on"], chat);
    assert.ok(!(await stored(device)).includes(SECRET));
    assert.equal(device.parley.timeline(chat).getSnapshot().has_older, false);
  }
  const three = await one.person.on("third");
  three.parley.open(chat);
  await three.seesAll(["from here on"], chat);
  assert.ok(!three.heard.some((frame) => frame.includes(SECRET)));
  await bob.seesAll(["hello", SECRET, `${SECRET}, twice`, "from here on"], chat);
});

test("no command has the words of what is hidden, after a kill either", async () => {
  const { a, b, alice, bob, group } = await raws();
  const say = (text: string, more: object = {}) => bob.ok("message.send", { to: group, text, ...more });
  await say("one");
  const { seq } = await say(SECRET, { mentions: [a.user] });
  await say("an answer", { reply_to: seq });
  await bob.ok("message.pin", { conversation: group, seq });
  await alice.ok("message.star", { conversation: group, seq });
  const { seq: head } = await bob.ok("message.edit", { conversation: group, seq, text: `${SECRET}!`, mentions: [a.user] });
  assert.ok((await allAnswers(alice, group, head)).includes(SECRET));
  await alice.ok("message.hide", { conversation: group, seq });
  const { seq: newest } = await say(SECRET); // the last of the list
  await alice.ok("message.hide", { conversation: group, seq: newest });
  await server.restart("kill");
  const again = await a.raw();
  const answers = await allAnswers(again, group, newest);
  assert.ok(!answers.includes(SECRET), answers);
  // Nothing is missing in between, and it counts until it is read.
  const { events } = await again.ok("message.history", { conversation: group });
  assert.deepEqual(events.map((event) => event.seq), Array.from({ length: newest }, (_, i) => i + 1));
  const stubs = events.filter((event): event is EventMessage => event.type === "message" && event.hidden === true);
  assert.deepEqual(stubs.map((stub) => [stub.seq, stub.text, stub.deleted]), [[seq, undefined, undefined], [newest, undefined, undefined]]);
  const { unread, last } = (await again.ok("conversation.list", {})).conversations[0] as { unread: number; last: ChatEvent };
  assert.deepEqual([unread, last.seq], [4, newest]);
  assert.equal((await again.ok("receipt.read", { conversation: group, seq: newest })).unread, 0);
  for (const [cmd, args] of [["message.info", {}], ["message.star", {}], ["message.forward", { to: a.user }]] as const) {
    assert.equal((await again.refused(cmd, { conversation: group, seq, ...args } as never)).code, "not_found", cmd);
  }
  await again.ok("message.unstar", { conversation: group, seq });
  await again.ok("draft.set", { conversation: group, text: "about it", reply_to: seq });
  assert.ok((await allAnswers(await b.raw(), group, newest)).includes(SECRET)); // the others have it
});

test("whoever was put out hides what they may read, and it stays so when they come back", async () => {
  const { a, alice, bob, group } = await raws();
  const { seq } = await bob.ok("message.send", { to: group, text: SECRET });
  await bob.ok("group.remove", { conversation: group, user: a.user });
  const { seq: later } = await bob.ok("message.send", { to: group, text: "later" });
  assert.equal((await alice.refused("message.hide", { conversation: group, seq: later })).code, "not_found");
  assert.equal((await alice.refused("conversation.clear", { conversation: group, up_to: later })).code, "not_found");
  await alice.ok("message.hide", { conversation: group, seq });
  assert.ok(!(await allAnswers(alice, group, later)).includes(SECRET));
  const { seq: back } = await bob.ok("group.add", { conversation: group, user: a.user });
  assert.ok(!(await allAnswers(alice, group, back)).includes(SECRET));
});

test("what is no message, not there or another's is refused, and hides nothing", async () => {
  const { a, alice, bob, group } = await raws();
  const { conversation: theirs, seq: said } = await bob.ok("group.create", { title: "t", members: [] })
    .then(({ conversation }) => bob.ok("message.send", { to: conversation, text: "x" }));
  const refused = async (cmd: CommandName, args: object): Promise<string> =>
    (await alice.refused(cmd, args as never)).code;
  assert.equal(await refused("message.hide", { conversation: group, seq: 1 }), "not_found"); // it was made
  assert.equal(await refused("message.hide", { conversation: group, seq: 99 }), "not_found");
  assert.equal(await refused("message.hide", { conversation: theirs, seq: said }), "not_found");
  assert.equal(await refused("conversation.clear", { conversation: theirs, up_to: said }), "not_found");
  assert.equal(await refused("conversation.clear", { conversation: group, up_to: 99 }), "not_found");
  assert.equal(await refused("message.hide", { conversation: a.user, seq: 1 }), "bad_request"); // the own log
  assert.equal(await refused("conversation.clear", { conversation: a.user, up_to: 1 }), "bad_request");
  assert.equal(await refused("message.hide", { conversation: group, seq: 0 }), "bad_request");
  assert.equal((await alice.ok("conversation.events", { conversation: a.user, after: 0 })).events.length, 0);
  // Once more, deleted, repeated with its key.
  const { seq } = await bob.ok("message.send", { to: group, text: SECRET });
  await alice.ok("message.hide", { conversation: group, seq, key: "h" });
  const twice = await alice.ok("message.hide", { conversation: group, seq });
  assert.equal((await alice.ok("message.hide", { conversation: group, seq, key: "h" })).seq, twice.seq - 1);
  assert.equal(await refused("message.hide", { conversation: group, seq: seq - 1, key: "h" }), "key_reused");
  await bob.ok("message.delete", { conversation: group, seq });
  await alice.ok("message.hide", { conversation: group, seq });
  const { events } = await alice.ok("message.history", { conversation: group, around: seq, limit: 1 });
  const stub = events.find((event): event is EventMessage => event.seq === seq);
  assert.deepEqual([stub?.hidden, stub?.deleted], [true, true]);
});

test("what was hidden and drafted is in a backup, and verify finds no fault", ofOneNode("the embedded store's"), async () => {
  const { a, alice, bob, group } = await raws();
  const { seq: cleared } = await bob.ok("message.send", { to: group, text: SECRET });
  const { seq } = await bob.ok("message.send", { to: group, text: SECRET });
  await alice.ok("message.hide", { conversation: group, seq });
  await alice.ok("conversation.clear", { conversation: group, up_to: cleared });
  await alice.ok("draft.set", { conversation: group, text: "begun" });
  const dir = await mkdtemp(join(tmpdir(), "parley-hidden-"));
  const [backup, restored] = [join(dir, "backup"), join(dir, "restored")];
  const runs = (run: { status: number | null; output: string }): void => assert.equal(run.status, 0, run.output);
  try {
    runs(server.command(["backup", backup]));
    runs(command(["restore", backup, `--data_dir=${restored}`]));
    runs(command(["verify", `--data_dir=${restored}`]));
    const second = await Server.start({ data_dir: restored });
    const raw = await Raw.signedIn(second, a.token);
    assert.ok(!(await allAnswers(raw, group, seq)).includes(SECRET));
    assert.deepEqual((await raw.ok("draft.list", {})).drafts.map(({ text }) => text), ["begun"]);
    await second.end();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
