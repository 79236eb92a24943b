/** Deleting an account: what holds from `ok` on, what the job does after, and that a crash in the
 * middle of it changes nothing. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { everybodyLeaves, PASSWORD, people, person } from "./harness/people.ts";
import { Server, ofOneNode } from "./harness/server.ts";
import { eventually, until } from "./harness/wait.ts";
import { totp } from "./harness/totp.ts";
import { restAt } from "./harness/web.ts";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server.end());
test.afterEach(() => everybodyLeaves());

const leaves = (one: Person, more: { code?: string } = {}): Promise<unknown> =>
  one.rest.call("account.delete", { password: PASSWORD, ...more }, one.token);

/** Both a 1:1 and a group that `who` owns with the others. */
async function company(who: Person, ...others: Person[]): Promise<{ direct: Id; group: Id }> {
  const [first] = others as [Person];
  const { conversation: direct } = await who.rest.call("message.send", { to: first.user, text: "hello" }, who.token);
  const { conversation: group } = await who.rest.call("group.create",
    { title: "us", members: others.map(({ user }) => user), history: "all" }, who.token);
  await who.rest.call("message.send", { to: group, text: "hello all" }, who.token);
  return { direct, group };
}

async function isGone(who: Person, witness: Person, group: Id): Promise<void> {
  await eventually(async () => {
    const { members } = await witness.rest.call("conversation.get", { conversation: group }, witness.token);
    const { contacts } = await witness.rest.call("contact.list", {}, witness.token);
    return [...members, ...contacts].some(({ user }) => user === who.user) ? undefined : true;
  }, "they left");
}

async function isSound(): Promise<void> {
  await server.stop();
  server.isSound();
  await server.start();
}

test("from ok on nobody is there: devices, names, new beginnings", async () => {
  const [ann, bob, eve] = (await people(server, "ann", "bob", "eve")) as [Person, Person, Person];
  const { direct, group } = await company(ann, bob, eve);
  const first = await ann.on("first");
  const watching = await bob.on("first");
  watching.parley.watch([ann.user]);
  await until(watching.parley.presence(ann.user), (seen) => seen?.online === true, "ann is there");
  const name = watching.parley.person(ann.user);
  await until(name, (one) => one?.display_name === "ann", "her name");
  const raw = await ann.raw();

  await assert.rejects(ann.rest.call("account.delete", { password: "not this one" }, ann.token),
    { code: "wrong_credentials" });
  assert.deepEqual(await raw.ok("account.delete", { password: PASSWORD }), {});
  assert.equal(await raw.closed, 4500);
  await until(first.parley.session, (session) => session === undefined, "the other device forgets");
  await until(watching.parley.presence(ann.user), (seen) => seen?.online === false, "ann is away");
  await until(name, (one) => one?.deleted === true && one.display_name === undefined, "and deleted");

  const asBob = <C extends "message.send" | "contact.request">(cmd: C, args: object): Promise<unknown> =>
    bob.rest.call(cmd, args as never, bob.token);
  for (const to of [ann.user, direct])
    await assert.rejects(asBob("message.send", { to, text: "?" }), { code: "cannot_write" });
  await assert.rejects(asBob("contact.request", { user: ann.user }), { code: "cannot_write" });
  await assert.rejects(bob.rest.call("group.create", { title: "t", members: [ann.user] }, bob.token),
    { code: "cannot_write" });
  const seen = await bob.rest.call("user.get", { user: ann.user }, bob.token);
  assert.deepEqual(seen, { user: ann.user, deleted: true, about: "", blocked: false });
  assert.deepEqual((await bob.rest.call("user.search", { prefix: ann.name }, bob.token)).users, []);
  assert.deepEqual((await bob.rest.call("presence.get", { user: ann.user }, bob.token)),
    { user: ann.user, online: false });
  const rest = restAt(server.base);
  await assert.rejects(rest.call("signin", { username: ann.name, password: PASSWORD }), { code: "wrong_credentials" });
  await assert.rejects(rest.call("signup", { username: ann.name, password: PASSWORD }), { code: "name_taken" });

  await isGone(ann, bob, group);
  const { members } = await bob.rest.call("conversation.get", { conversation: group }, bob.token);
  // Of two who came by one event it is the lower id, and ids of two nodes are in no order.
  const heir = BigInt(bob.user) < BigInt(eve.user) ? bob : eve;
  assert.equal(members.find(({ user }) => user === heir.user)?.role, "owner");
  // What she wrote stays.
  const { events } = await bob.rest.call("message.history", { conversation: direct }, bob.token);
  assert.ok(events.some((event) => event.type === "message" && event.text === "hello"));
  const pair = await bob.rest.call("conversation.get", { conversation: direct }, bob.token);
  assert.deepEqual(pair.members.filter(({ user }) => user === ann.user).map(({ deleted }) => deleted), [true]);
  await isSound();
});

test("contacts end in every state", async () => {
  const [ann, bob, eve, joe] = (await people(server, "ann", "bob", "eve", "joe")) as [Person, Person, Person, Person];
  const contact = (who: Person, what: "request" | "accept" | "decline", whom: Person): Promise<unknown> =>
    who.rest.call(`contact.${what}`, { user: whom.user }, who.token);
  const { group } = await company(ann, bob, eve, joe);
  await contact(ann, "request", bob);
  await contact(bob, "accept", ann);
  await contact(ann, "request", eve);
  await contact(eve, "decline", ann);
  await contact(joe, "request", ann);
  await leaves(ann);
  for (const one of [bob, eve, joe]) await isGone(ann, one, group);
  await isSound();
});

test("a second factor is asked for", async () => {
  const ann = await person(server, "ann");
  const { secret } = await ann.rest.call("account.new_second_factor", {}, ann.token);
  const { recovery_codes } = await ann.rest.call("account.enable_second_factor",
    { password: PASSWORD, secret, code: totp(secret) }, ann.token);
  await assert.rejects(leaves(ann), { code: "second_factor_required" });
  await assert.rejects(leaves(ann, { code: "A".repeat(16) }), { code: "wrong_code" });
  await leaves(ann, { code: recovery_codes[0] as string });
  await assert.rejects(ann.rest.call("account.get", {}, ann.token), { code: "unauthenticated" });
});

test("the library deletes and forgets", async () => {
  const ann = await person(server, "ann");
  const device = await ann.on("first");
  await assert.rejects(device.parley.deleteAccount("not this one"), { code: "wrong_credentials" });
  assert.notEqual(device.parley.session.getSnapshot(), undefined);
  await device.parley.deleteAccount(PASSWORD);
  assert.equal(device.parley.session.getSnapshot(), undefined);
});

test("the operator deletes by name, beside the server and without it", async () => {
  const [ann, bob, eve] = (await people(server, "ann", "bob", "eve")) as [Person, Person, Person];
  const { group } = await company(ann, bob);
  assert.equal(server.command(["user", "admin", ann.name]).status, 0);
  assert.equal(server.command(["user", "delete", ann.name]).status, 0);
  await assert.rejects(ann.rest.call("account.get", {}, ann.token), { code: "unauthenticated" });
  await isGone(ann, bob, group);
  const again = server.command(["user", "delete", ann.name]);
  assert.deepEqual([again.status, /there is no user/.test(again.output)], [1, true]);
  assert.ok(!server.command(["user", "list"]).output.includes(ann.name));

  const { group: another } = await company(eve, bob);
  await server.stop();
  assert.equal(server.command(["user", "delete", eve.name]).status, 0);
  await server.start(); // which finds the mark
  await isGone(eve, bob, another);
});

test("kill -9 in the middle of the job: it goes on after the next start", async () => {
  const [ann, bob] = (await people(server, "ann", "bob")) as [Person, Person];
  const { group } = await company(ann, bob);
  const raw = await ann.raw();
  const groups: Id[] = [group];
  for (let i = 0; i < 60; i++)
    groups.push((await raw.ok("group.create", { title: `g${i}`, members: [bob.user] })).conversation);
  for (let i = 0; i < 40; i++) {
    await raw.ok("message.send", { to: ann.user, text: `note ${i}` });
    await raw.ok("preferences.set", { conversation: groups[i] as Id, archived: true });
  }
  await leaves(ann);
  for (let i = 0; i < 5; i++) {
    await server.kill();
    if (i === 2) server.isSound();
    await server.start();
  }
  for (const one of groups) await isGone(ann, bob, one);
  for (const one of groups) {
    const { events } = await bob.rest.call("message.history", { conversation: one }, bob.token);
    assert.equal(events.filter((event) => event.type === "left" && event.user === ann.user).length, 1);
    events.forEach((event, i) => assert.equal(event.seq, i + 1));
  }
  await isSound();
});

test("a backup with a job that has not begun is restored, and the job is done", ofOneNode("the embedded store's"), async () => {
  const [ann, bob] = (await people(server, "ann", "bob")) as [Person, Person];
  const { group } = await company(ann, bob);
  await server.stop();
  assert.equal(server.command(["user", "delete", ann.name]).status, 0);
  const copy = join(server.dir, "copy"), data = join(server.dir, "data");
  const backup = server.command(["backup", copy]);
  assert.equal(backup.status, 0, backup.output);
  await rm(data, { recursive: true });
  const restored = server.command(["restore", copy]);
  assert.equal(restored.status, 0, restored.output);
  server.isSound();
  await server.start();
  await isGone(ann, bob, group);
  await isSound();
});
