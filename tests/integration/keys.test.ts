/** A key stands for one command for ever: whatever happened since, the same key answers the same
 * place, and another command under it is refused. By raw frames, since the library never does it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Appended, EventPush, Push } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { PASSWORD, people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server, everywhere } from "./harness/server.ts";

let server: Server;
before(async () => (server = await Server.start()));
after(() => server.end());

const place = ({ conversation, seq, n, time }: Appended): unknown => ({ conversation, seq, n, time });

async function two(): Promise<{ alice: Person; bob: Person; a: Raw; b: Raw }> {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  return { alice, bob, a: await alice.raw(), b: await bob.raw() };
}

test("a send that is repeated answers the same place and writes nothing", async () => {
  const { alice, bob, a } = await two();
  const args = { to: bob.user, text: "once", key: "k1", after: 0 };
  const first = await a.ok("message.send", args);
  for (let i = 0; i < 5; i++) assert.deepEqual(place(await a.ok("message.send", args)), place(first));
  assert.deepEqual(place(await alice.rest.call("message.send", args, alice.token)), place(first));
  const { events } = await a.ok("conversation.events", { conversation: first.conversation, after: 0 });
  assert.equal(events.length, 1);
});

test("many copies at once stand once", async () => {
  const { bob, a, alice } = await two();
  const second = await alice.raw();
  const args = { to: bob.user, text: "once", key: "k1" };
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) =>
    (i % 2 ? a : second).ok("message.send", args)));
  for (const one of all) assert.deepEqual(place(one), place(all[0] as Appended));
});

test("sends that overtake each other stand in the order they arrive, each once", async () => {
  const { bob, a } = await two();
  const first = await a.ok("message.send", { to: bob.user, text: "0", key: "k0" });
  const keys = ["k5", "k3", "k4", "k1", "k2"];
  const round = (): Promise<Appended[]> => Promise.all(keys.map((key) =>
    a.ok("message.send", { to: bob.user, text: key, key, after: first.seq })));
  const once = await round();
  keys.reverse();
  const again = (await round()).reverse();
  assert.deepEqual(again.map(place), once.map(place));
  const { events } = await a.ok("conversation.events", { conversation: first.conversation, after: 0 });
  assert.deepEqual(events.map((event) => event.seq), [1, 2, 3, 4, 5, 6]);
});

test("after a restart and after a kill the key is known", async () => {
  for (const how of ["stop", "kill"] as const) {
    const { bob, a, alice } = await two();
    const args = { to: bob.user, text: "once", key: `k-${how}` };
    const first = await a.ok("message.send", args);
    await server.restart(how);
    const again = await alice.raw();
    assert.deepEqual(place(await again.ok("message.send", args)), place(first));
    const reused = await again.refused("message.send", { ...args, text: "another" });
    assert.equal(reused.code, "key_reused");
  }
});

test("after the message was deleted the key is known, and still reused by another text", async () => {
  const { bob, a } = await two();
  const args = { to: bob.user, text: "secret", key: "k1" };
  const first = await a.ok("message.send", args);
  const { conversation, seq } = first;
  const gone = await a.ok("message.delete", { conversation, seq, key: "k2" });
  const again = await a.ok("message.send", args);
  assert.deepEqual(place(again), place(first));
  assert.equal(again.rev, gone.seq);
  assert.equal((await a.refused("message.send", { ...args, text: "other" })).code, "key_reused");
  assert.deepEqual(place(await a.ok("message.delete", { conversation, seq, key: "k2" })), place(gone));
  const { events } = await a.ok("conversation.events", { conversation, after: 0 });
  assert.equal(events.length, 2);
  assert.ok(!JSON.stringify(events).includes("secret"));
});

test("after the sender was removed the key is known, and a new one is refused", async () => {
  const { alice, bob, a, b } = await two();
  const group = await a.ok("group.create", { title: "g", members: [bob.user] });
  const { conversation } = group;
  const args = { to: conversation, text: "was here", key: "k1" };
  const first = await b.ok("message.send", args);
  const typed = { conversation, seq: first.seq, text: "edited", key: "k2" };
  const edit = await b.ok("message.edit", typed);
  await a.ok("group.remove", { conversation, user: bob.user });
  assert.deepEqual(place(await b.ok("message.send", args)), place(first));
  assert.deepEqual(place(await b.ok("message.edit", typed)), place(edit));
  assert.equal((await b.refused("message.send", { ...args, key: "k3" })).code, "forbidden");
  assert.equal((await b.refused("message.send", { ...args, text: "x" })).code, "key_reused");
  await server.restart("kill");
  const later = await bob.raw();
  assert.deepEqual(place(await later.ok("message.send", args)), place(first));
  assert.ok(alice);
});

test("after a block the key is known", async () => {
  const { bob, a, b, alice } = await two();
  const args = { to: bob.user, text: "once", key: "k1" };
  const first = await a.ok("message.send", args);
  await b.ok("user.block", { user: alice.user });
  await everywhere();
  assert.deepEqual(place(await a.ok("message.send", args)), place(first));
  assert.equal((await a.refused("message.send", { ...args, key: "k2" })).code, "cannot_write");
});

test("every command that appends keeps to its key", async () => {
  const { bob, a } = await two();
  const [carol] = (await people(server, "carol")) as [Person];
  const created = { title: "g", members: [bob.user], key: "new" };
  const group = await a.ok("group.create", created);
  const { conversation } = group;
  assert.deepEqual(place(await a.ok("group.create", created)), place(group));
  assert.equal((await a.refused("group.create", { ...created, title: "h" })).code, "key_reused");
  const { seq } = await a.ok("message.send", { to: conversation, text: "x" });
  const commands = [
    ["message.edit", { conversation, seq, text: "y" }, { text: "z" }],
    ["message.react", { conversation, seq, emoji: "👍" }, { emoji: "👎" }],
    ["message.delete", { conversation, seq }, { seq: seq + 1 }],
    ["group.set_title", { conversation, title: "t" }, { title: "u" }],
    ["group.add", { conversation, user: carol.user }, { user: bob.user }],
    ["group.set_role", { conversation, user: carol.user, role: "admin" }, { role: "member" }],
    ["group.remove", { conversation, user: carol.user }, { user: bob.user }],
    ["account.set_picture", { picture: "7" }, { picture: "8" }],
    ["account.set_privacy", { picture: "nobody" }, { picture: "contacts" }],
    ["account.rename", { username: "renamed.1", password: PASSWORD }, { username: "renamed.2", password: PASSWORD }],
    ["account.set_profile", { about: "a" }, { about: "b" }],
    ["contact.request", { user: carol.user }, undefined],
    ["contact.remove", { user: carol.user }, undefined],
    ["user.block", { user: carol.user }, { user: bob.user }],
    ["user.unblock", { user: carol.user }, { user: bob.user }],
    ["group.leave", { conversation }, undefined],
  ] as const;
  for (const [cmd, args, change] of commands) {
    const keyed = { ...args, key: `key-${cmd}` };
    const first = (await a.ok(cmd, keyed as never)) as Appended;
    assert.deepEqual(place((await a.ok(cmd, keyed as never)) as Appended), place(first), cmd);
    if (!change) continue;
    const reused = await a.refused(cmd, { ...keyed, ...change });
    assert.equal(reused.code, "key_reused", cmd);
  }
});

test("a key belongs to its sender: another's is another", async () => {
  const { alice, bob, a, b } = await two();
  const first = await a.ok("message.send", { to: bob.user, text: "a", key: "same" });
  const second = await b.ok("message.send", { to: alice.user, text: "b", key: "same" });
  assert.notEqual(first.seq, second.seq);
  const { events } = await b.ok("conversation.events", { conversation: first.conversation, after: 0 });
  // Each sees the keys of one's own events only.
  assert.deepEqual(events.map((event) => event.key), [undefined, "same"]);
});

test("without a key each call is another message", async () => {
  const { bob, a } = await two();
  const first = await a.ok("message.send", { to: bob.user, text: "x" });
  const second = await a.ok("message.send", { to: bob.user, text: "x" });
  assert.equal(second.seq, first.seq + 1);
});

test("a repeat is pushed again, as the row now is", async () => {
  const { bob, a, b } = await two();
  const args = { to: bob.user, text: "one", key: "k1" };
  const { conversation, seq } = await a.ok("message.send", args);
  const edit = await a.ok("message.edit", { conversation, seq, text: "two" });
  const pushed = (at: number) => (one: Push): one is EventPush => one.push === "event" && one.event.seq === at;
  await b.push(pushed(edit.seq), "the edit");
  b.pushes.length = 0;
  await a.ok("message.send", args);
  const push = await b.push(pushed(seq), "the row");
  assert.ok(push.event.type === "message");
  assert.equal(push.event.text, "two");
});

test("both sides make the same 1:1 at the same moment", async () => {
  for (let round = 0; round < 10; round++) {
    const { alice, bob, a, b } = await two();
    const all = await Promise.all([
      a.ok("message.send", { to: bob.user, text: "from alice" }),
      b.ok("message.send", { to: alice.user, text: "from bob" }),
      alice.rest.call("message.send", { to: bob.user, text: "by REST" }, alice.token),
      bob.rest.call("message.send", { to: alice.user, text: "by REST" }, bob.token),
    ]);
    assert.equal(new Set(all.map((one) => one.conversation)).size, 1);
    assert.deepEqual(all.map((one) => one.seq).sort(), [1, 2, 3, 4]);
  }
});

test("a 1:1 without messages is in nobody's list", async () => {
  const { alice, bob, a, b } = await two();
  await b.ok("user.block", { user: alice.user });
  await everywhere();
  await a.refused("message.send", { to: bob.user, text: "x" });
  assert.deepEqual((await a.ok("conversation.list", {})).conversations, []);
  assert.deepEqual((await b.ok("conversation.list", {})).conversations, []);
});
