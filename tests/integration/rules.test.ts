/** Who may know what, and rules that must not be decided on what held a moment ago. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Id, Push, ReceiptsPush } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { PASSWORD, people } from "./harness/people.ts";
import { Raw, isReceipts, ofOthers } from "./harness/raw.ts";
import { Server, everywhere, ofOneNode } from "./harness/server.ts";
import { eventually, within } from "./harness/wait.ts";
import { restAt } from "./harness/web.ts";

let server: Server;
before(async () => (server = await Server.start()));
after(() => server.end());

interface Removed {
  alice: Raw;
  bob: Raw;
  second: Raw;
  conversation: Id;
  first: number;
  last: number;
  gone: number;
}

/** Bob, on two devices, had read nothing of two messages when Alice put him out of the group. */
async function bobIsRemoved(): Promise<Removed> {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { token } = await b.rest.call("signin", { username: b.name, password: PASSWORD });
  const second = await Raw.signedIn(server, token);
  const { conversation } = await alice.ok("group.create", { title: "with bob", members: [b.user] });
  const { seq: first } = await alice.ok("message.send", { to: conversation, text: "for bob" });
  const { seq: last } = await alice.ok("message.send", { to: conversation, text: "also for bob" });
  const { seq: gone } = await alice.ok("group.remove", { conversation, user: b.user });
  await everywhere();
  return { alice, bob, second, conversation, first, last, gone };
}

test("what a group does after a removal is not for whoever was removed", async () => {
  const { alice, bob, conversation, first, last, gone } = await bobIsRemoved();
  await alice.ok("message.edit", { conversation, seq: first, text: "not for bob" });
  await alice.ok("message.react", { conversation, seq: last, emoji: "x" });
  await alice.ok("group.set_title", { conversation, title: "without bob" });
  await alice.ok("message.send", { to: conversation, text: "not for bob either" });

  const answers = [
    await bob.ok("conversation.get", { conversation }),
    await bob.ok("conversation.list", {}),
    await bob.ok("message.history", { conversation }),
    await bob.ok("message.history", { conversation, around: first }),
    await bob.ok("conversation.events", { conversation, after: 0 }),
    await bob.ok("messages.unread", {}),
  ] as const;
  for (const answer of answers) {
    const text = JSON.stringify(answer);
    assert.doesNotMatch(text, /not for bob|without bob|reactions/, text);
  }
  assert.equal(answers[0].title, "with bob");
  assert.deepEqual(answers[0].members, []);
  assert.equal(answers[0].head, gone);
  const entry = answers[1].conversations.find((one) => one.conversation === conversation);
  assert.equal(entry?.title, "with bob");
  assert.equal(entry?.last?.seq, last);
  const events = answers[2].events;
  assert.equal(events.at(-1)?.seq, gone);
  assert.ok(events.every((one) => one.rev <= gone), JSON.stringify(events));
  assert.deepEqual(events.flatMap((one) => (one.type === "message" ? [one.text] : [])), [undefined, "also for bob"]);
  // Alice sees it all.
  const alices = await alice.ok("message.history", { conversation });
  assert.match(JSON.stringify(alices), /"not for bob".*"reactions".*without bob/);
});

test("what a former member never read can still be read away, and no further", async () => {
  const { alice, bob, second, conversation, gone } = await bobIsRemoved();
  assert.equal((await bob.ok("messages.unread", {})).total, 2);
  await alice.ok("message.send", { to: conversation, text: "later" });
  const ahead = await bob.refused("receipt.read", { conversation, seq: gone + 1 });
  assert.deepEqual([ahead.code, ahead.head], ["ahead", gone]);
  const before = alice.pushes.length;
  assert.deepEqual(await bob.ok("receipt.read", { conversation, seq: gone }), { read: gone, unread: 0 });
  assert.equal((await bob.ok("messages.unread", {})).total, 0);
  const isTold = (push: Push): push is ReceiptsPush => isReceipts(push) && push.marks.some((mark) => mark.read === gone);
  const told = await second.push(isTold, "the receipt on the other device");
  assert.equal(told.unread, 0);
  await alice.ok("message.send", { to: conversation, text: "behind it" });
  assert.equal(alice.pushes.slice(before).find(isTold), undefined);
});

test("a waiting sync of a device that is ended is answered at once", async () => {
  const [alice] = (await people(server, "alice")) as [Person];
  const raw = await alice.raw();
  const other = await alice.rest.call("signin", { username: alice.name, password: PASSWORD });
  // Its sign-in is news, too, and would end a wait.
  await raw.push((push): push is Extract<typeof push, { push: "event" }> =>
    push.push === "event" && push.event.type === "signed_in", "the sign-in");
  const { token } = await restAt(server.base).call("sync", {}, other.token);
  const waits = restAt(server.base).call("sync", { token, wait: 25 }, other.token)
    .then(() => "ok", (error: { code: string }) => error.code);
  // It waits for sure once a command behind it is answered over the same kind of way.
  await restAt(server.base).call("account.get", {}, other.token);
  await raw.ok("device.end", { device: other.device });
  assert.equal(await within(waits, "the end of the wait", 15_000), "unauthenticated");
});

test("somebody whose id was asked about before they signed up is there once they have",
  ofOneNode("the ids of the next node are not guessed by this one's"), async () => {
  const [alice] = (await people(server, "alice")) as [Person];
  const raw = await alice.raw();
  const like = BigInt(alice.user);
  const offset = Date.now() - Number(like >> 22n);
  const worker = like & (0x3ffn << 12n);
  await eventually(async () => {
    const now = BigInt(Date.now() - offset);
    const users = Array.from({ length: 200 }, (_, i) => String(((now + BigInt(i)) << 22n) | worker));
    await raw.ok("presence.watch", { users });
    const [bob] = (await people(server, "bob")) as [Person];
    if (!users.includes(bob.user)) return undefined;
    await raw.ok("message.send", { to: bob.user, text: "hello" });
    await raw.ok("group.create", { title: "g", members: [bob.user] });
    return true;
  }, "an id that was guessed");
});

test("whoever is put out is told so, and then of nothing any more", async () => {
  const { alice, bob, conversation, gone } = await bobIsRemoved();
  const isEvent = (seq: number) => (push: Push): push is Push & { push: "event" } =>
    push.push === "event" && push.event.conversation === conversation && push.event.seq === seq;
  await bob.push(isEvent(gone), "the removal");
  const { token } = await bob.ok("sync", {});
  const { seq } = await alice.ok("message.send", { to: conversation, text: "not for bob" });
  assert.deepEqual(ofOthers((await bob.ok("sync", { token })).entries), []);
  assert.equal(bob.pushes.find(isEvent(seq)), undefined);
});

test("what was said before a member joined can be neither reacted to nor answered, nor is it pushed", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const [alice, bob] = [await a.raw(), await b.raw()];
  const { conversation } = await alice.ok("group.create", { title: "g", members: [] });
  const early = { to: conversation, text: "early", key: "early" };
  const { seq } = await alice.ok("message.send", early);
  await alice.ok("group.add", { conversation, user: b.user });
  assert.equal((await bob.refused("message.react", { conversation, seq, emoji: "x" })).code, "not_found");
  assert.equal((await bob.refused("message.send", { to: conversation, text: "x", reply_to: seq })).code, "not_found");
  const beyond = { to: conversation, text: "x", reply_to: seq + 100 };
  assert.equal((await alice.refused("message.send", beyond)).code, "not_found");
  // A repeat is pushed again, to those who may read it.
  assert.equal((await alice.ok("message.send", early)).seq, seq);
  const { seq: later } = await alice.ok("message.send", { to: conversation, text: "later" });
  const seen = (at: number) => (push: Push): push is Push & { push: "event" } =>
    push.push === "event" && push.event.conversation === conversation && push.event.seq === at;
  await bob.push(seen(later), "what came after");
  assert.equal(bob.pushes.find(seen(seq)), undefined);
});

test("only a message is answered, also one that was deleted since", async () => {
  const [a, b] = (await people(server, "alice", "bob")) as [Person, Person];
  const alice = await a.raw();
  const { conversation, seq } = await alice.ok("message.send", { to: b.user, text: "hello" });
  const answer = (reply_to: number) => ({ to: conversation, text: "re", reply_to });
  const { seq: edit } = await alice.ok("message.edit", { conversation, seq, text: "hullo" });
  const { seq: reaction } = await alice.ok("message.react", { conversation, seq, emoji: "x" });
  const { seq: removal } = await alice.ok("message.delete", { conversation, seq });
  for (const no of [edit, reaction, removal, removal + 1])
    assert.equal((await alice.refused("message.send", answer(no))).code, "not_found");
  const sent = { ...answer(seq), key: "late" };
  const { seq: re } = await alice.ok("message.send", sent);
  assert.equal((await alice.ok("message.send", sent)).seq, re);
  assert.equal((await alice.ok("message.send", answer(re))).seq, re + 1);
  const { conversation: group } = await alice.ok("group.create", { title: "g", members: [b.user] });
  assert.equal((await alice.refused("message.send", { ...answer(1), to: group })).code, "not_found");
});

test("what is sent at once to somebody new stands in the order of sending", async () => {
  const [alice, ...others] = await people(server, "alice", ...Array.from({ length: 20 }, (_, i) => `new${i}`));
  const raw = await (alice as Person).raw();
  await Promise.all(others.map(async ({ user }) => {
    const sent = await Promise.all(Array.from({ length: 20 }, (_, i) =>
      raw.ok("message.send", { to: user, text: `${i}` })));
    assert.deepEqual(sent.map(({ seq }) => seq), Array.from({ length: 20 }, (_, i) => i + 1));
  }));
  raw.close();
});
