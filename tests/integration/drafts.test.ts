/** Drafts: what one has begun to write is on one's other devices, and nowhere else. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import { Server } from "./harness/server.ts";
import { until } from "./harness/wait.ts";

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

/** The device types and looks elsewhere. */
function types(device: Device, chat: Id, text: string, reply_to?: number): void {
  device.parley.personal.setDraft(chat, text, reply_to);
  device.parley.personal.flushDraft(chat);
}

function has(device: Device, chat: Id, text: string | undefined): Promise<unknown> {
  return until(device.parley.personal.draft(chat), (draft) => draft?.text === text, `the draft "${text}"`);
}

test("a draft is on one's other devices, new ones too, and nobody else's", async () => {
  const { one, two, bob, chat } = await together();
  const { seq } = await bob.sends(chat, "well?");
  types(one, chat, "hel", seq);
  await has(two, chat, "hel");
  assert.deepEqual(two.parley.personal.draft(chat).getSnapshot(), { text: "hel", reply_to: seq });
  const three = await one.person.on("third");
  await has(three, chat, "hel");
  assert.deepEqual((await bob.parley.request("draft.list", {})).drafts, []);
  assert.ok(!bob.heard.some((frame) => frame.includes('"draft"')));
  types(two, chat, "hello");
  for (const device of [one, three]) await has(device, chat, "hello");
});

test("sending takes it away everywhere", async () => {
  const { one, two, chat } = await together();
  types(one, chat, "good morning");
  await has(two, chat, "good morning");
  await one.sends(chat, "good morning");
  await has(two, chat, undefined);
  const three = await one.person.on("third");
  await has(three, chat, undefined);
});

test("a device that was away learns of it, and so does one that began to write offline", async () => {
  const { one, two, chat } = await together();
  two.goesAway();
  types(one, chat, "from the first");
  await until(one.parley.personal.draft(chat), () => true, "it");
  await two.comesBack();
  await has(two, chat, "from the first");
  two.goesAway();
  types(two, chat, "from the second, offline");
  const again = await two.starts();
  await has(one, chat, "from the second, offline");
  await has(again, chat, "from the second, offline");
});

test("the own log keeps one text of each conversation, over a kill too", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await bob.ok("message.send", { to: a.user, text: "x" });
  for (let i = 1; i <= 5; i++) await alice.ok("draft.set", { conversation, text: `secret ${i}` });
  const { seq } = await alice.ok("draft.set", { conversation, text: "secret 6", key: "d" });
  await server.restart("kill");
  const again = await a.raw();
  const { events } = await again.ok("conversation.events", { conversation: a.user, after: 0 });
  assert.deepEqual(events.map((event) => event.type === "draft" && event.text), [...Array(5).fill(undefined), "secret 6"]);
  assert.deepEqual((await again.ok("draft.list", {})).drafts.map((one) => [one.conversation, one.seq, one.text]),
    [[conversation, seq, "secret 6"]]);
  assert.equal((await again.ok("draft.set", { conversation, text: "secret 6", key: "d" })).seq, seq);
  const { seq: last } = await again.ok("draft.set", { conversation, text: "" });
  const left = (await again.ok("conversation.events", { conversation: a.user, after: 0 })).events;
  assert.ok(!JSON.stringify(left).includes("secret"));
  assert.equal(left.at(-1)?.seq, last);
  assert.deepEqual((await again.ok("draft.list", {})).drafts, []);
  // The key stands for what it was, though its text is gone.
  assert.equal((await again.ok("draft.set", { conversation, text: "secret 6", key: "d" })).seq, seq);
  assert.equal((await again.refused("draft.set", { conversation, text: "another", key: "d" })).code, "key_reused");
});

test("drafts are listed in pages, and stay when one leaves", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const groups: Id[] = [];
  for (let i = 0; i < 5; i++)
    groups.push((await bob.ok("group.create", { title: "g", members: [a.user] })).conversation);
  for (const conversation of groups) await alice.ok("draft.set", { conversation, text: `in ${conversation}` });
  await alice.ok("group.leave", { conversation: groups[0] as Id });
  const listed: Id[] = [];
  for (;;) {
    const page = await alice.ok("draft.list", {
      limit: 2, ...(listed.length ? { after_conversation: listed.at(-1) as Id } : {}),
    });
    for (const draft of page.drafts) assert.equal(draft.text, `in ${draft.conversation}`);
    listed.push(...page.drafts.map((draft) => draft.conversation));
    if (page.drafts.length < 2) break;
  }
  assert.deepEqual(listed, [...groups].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1)));
  await alice.ok("draft.set", { conversation: groups[0] as Id, text: "" });
});

test("of what is not one's own, not there or senseless nothing is written down", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation: theirs } = await bob.ok("group.create", { title: "g", members: [] });
  const { conversation } = await bob.ok("message.send", { to: a.user, text: "x" });
  const refused = async (args: object): Promise<string> => (await alice.refused("draft.set", args as never)).code;
  assert.equal(await refused({ conversation: theirs, text: "x" }), "not_found");
  assert.equal(await refused({ conversation: "1", text: "x" }), "not_found");
  assert.equal(await refused({ conversation: b.user, text: "x" }), "not_found"); // a person is no conversation
  assert.equal(await refused({ conversation: a.user, text: "x" }), "bad_request"); // the own log
  assert.equal(await refused({ conversation, text: "x", reply_to: 99 }), "not_found");
  assert.equal(await refused({ conversation, text: "", reply_to: 1 }), "bad_request");
  assert.equal(await refused({ conversation, text: "x".repeat(8193) }), "bad_request");
  await alice.ok("draft.set", { conversation, text: "x".repeat(8192), reply_to: 1 });
  assert.equal((await alice.ok("conversation.events", { conversation: a.user, after: 0 })).events.length, 1);
});

test("a server that holds to 5 s has what was typed last", { timeout: 120_000 }, async () => {
  const strict = await Server.start({ drafts_burst: 1 });
  try {
    const [a] = (await people(strict, "alice")) as [Person];
    const [one, two] = [await a.on("first"), await a.on("second")];
    const { conversation: chat } = await one.sends(a.user, "note");
    for (const text of ["one", "two", "three"]) types(one, chat, text);
    await until(two.parley.personal.draft(chat), (draft) => draft?.text === "three", "the last of it");
    await one.sends(chat, "three");
    await until(two.parley.personal.draft(chat), (draft) => draft === undefined, "that it is gone");
  } finally {
    everybodyLeaves();
    await strict.end();
  }
});
