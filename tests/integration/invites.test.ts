/** Invites: how people come into a group by a link, and who does not. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { ROUTES } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import { Server, everywhere } from "./harness/server.ts";

let server: Server;
before(async () => (server = await Server.start()));
afterEach(everybodyLeaves);
after(() => server.end());

test("somebody looks at a group, comes in by its link and talks, on all their devices", async () => {
  const [alice, carol] = (await online(server, "alice", "carol")) as [Device, Device];
  const second = await carol.person.on("second");
  const { conversation } = await alice.parley.createGroup("friends", []);
  await alice.parley.groups.setDescription(conversation, "us");
  await alice.parley.groups.setPicture(conversation, "7");
  const { token, seq } = await alice.parley.groups.invite(conversation);
  assert.deepEqual(await carol.parley.groups.preview(token),
    { conversation, title: "friends", description: "us", picture: "7", members: 1, member: false });
  await alice.parley.open(conversation);
  const joined = await carol.parley.groups.join(token);
  assert.equal(joined.conversation, conversation);
  for (const device of [carol, second]) {
    await device.seesConversation(conversation, (view) => view.title === "friends" && view.role === "member", "in");
  }
  await second.sends(conversation, "hello");
  await alice.sees("hello", conversation);
  await carol.sees("hello", conversation);
  assert.deepEqual((await carol.parley.groups.preview(token)).member, true);
  await assert.rejects(carol.parley.groups.join(token), { code: "already_member" });
  const [invite] = await alice.parley.groups.invites(conversation);
  assert.deepEqual([invite?.invite, invite?.token, invite?.uses, invite?.user], [seq, token, 1, alice.user]);
});

test("an invite for three lets three in, whoever comes at the same moment", async () => {
  const [alice] = (await people(server, "alice")) as [Person];
  const raw = await alice.raw();
  const { conversation } = await raw.ok("group.create", { title: "g", members: [] });
  const { token } = await raw.ok("group.invite", { conversation, uses_max: 3 });
  const others = await people(server, ...Array.from({ length: 10 }, () => "many"));
  const answers = await Promise.all(others.map(async (one) =>
    one.rest.call("group.join", { token }, one.token).then(() => "ok", (error) => error.code as string)));
  assert.deepEqual(answers.sort(), [...Array(7).fill("not_found"), "ok", "ok", "ok"]);
  assert.equal((await raw.ok("conversation.get", { conversation })).members.length, 4);
  const { events } = await raw.ok("conversation.events", { conversation, after: 0 });
  assert.equal(events.filter((event) => event.type === "joined").length, 3);
  assert.deepEqual((await raw.ok("group.invites", { conversation })).invites, []);
  raw.close();
});

test("a token stands in no event and no URL, and is given to admins only", async () => {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  const raw = await alice.raw();
  const { conversation } = await raw.ok("group.create", { title: "g", members: [bob.user], history: "all" });
  const { token } = await raw.ok("group.invite", { conversation, holds_s: 3600, uses_max: 5 });
  const b = await bob.raw();
  const { events } = await b.ok("conversation.events", { conversation, after: 0 });
  const invite = events.find((event) => event.type === "invite");
  assert.ok(invite?.type === "invite" && invite.uses_max === 5);
  assert.ok(Math.abs((invite.expires ?? 0) - invite.time - 3_600_000) < 1);
  // Whatever a member or a new device is shown, the token is not among it, nor its secret half.
  const shown = [events, await b.ok("conversation.get", { conversation }), await b.ok("conversation.list", {}),
    await b.ok("message.history", { conversation }), await b.ok("sync", {}), b.frames];
  assert.ok(!JSON.stringify(shown).includes(token.slice(22)));
  assert.equal((await b.refused("group.invites", { conversation })).code, "forbidden");
  for (const cmd of ["group.join", "group.preview"] as const) {
    assert.equal(ROUTES[cmd].method, "POST");
    assert.ok(!ROUTES[cmd].path.includes("{"));
  }
  raw.close();
  b.close();
});

test("the same key has the same token, also after a restart, and the link still opens", async () => {
  const [alice, carol] = (await people(server, "alice", "carol")) as [Person, Person];
  let raw = await alice.raw();
  const { conversation } = await raw.ok("group.create", { title: "g", members: [] });
  const first = await raw.ok("group.invite", { conversation, key: "k" });
  assert.deepEqual(await raw.ok("group.invite", { conversation, key: "k" }), first);
  assert.equal((await raw.refused("group.invite", { conversation, key: "k", uses_max: 1 })).code, "key_reused");
  await server.restart("kill");
  raw = await alice.raw();
  assert.equal((await raw.ok("group.invite", { conversation, key: "k" })).token, first.token);
  assert.equal((await raw.ok("group.invites", { conversation })).invites[0]?.token, first.token);
  const c = await carol.raw();
  const joined = await c.ok("group.join", { token: first.token, key: "j" });
  await raw.ok("group.uninvite", { conversation, invite: first.seq });
  // What ended since does not matter to a command that stands.
  assert.deepEqual((await c.ok("group.join", { token: first.token, key: "j" })).seq, joined.seq);
  assert.equal((await c.refused("group.preview", { token: first.token.slice(1) })).code, "not_found");
  raw.close();
  c.close();
});

test("an invite that was taken back is over for who has the link", async () => {
  const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user]);
  const { token, seq } = await alice.parley.groups.invite(conversation);
  await assert.rejects(bob.parley.groups.invite(conversation), { code: "forbidden" });
  await assert.rejects(bob.parley.groups.uninvite(conversation, seq), { code: "forbidden" });
  await alice.parley.setRole(conversation, bob.user, "admin");
  await bob.parley.groups.uninvite(conversation, seq);
  await everywhere();
  await assert.rejects(carol.parley.groups.join(token), { code: "not_found" });
  await assert.rejects(carol.parley.groups.preview(token), { code: "not_found" });
  assert.deepEqual(await alice.parley.groups.invites(conversation), []);
});

test("who was removed does not come back by a link, who left does", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user]);
  const { token } = await alice.parley.groups.invite(conversation);
  await bob.parley.leave(conversation);
  await bob.seesConversation(conversation, (view) => view.left, "gone");
  await bob.parley.groups.join(token);
  await bob.seesConversation(conversation, (view) => !view.left, "back");
  await alice.parley.removeMember(conversation, bob.user);
  await bob.seesConversation(conversation, (view) => view.left, "put out");
  await assert.rejects(bob.parley.groups.join(token), { code: "forbidden" });
  await assert.rejects(bob.parley.groups.preview(token), { code: "forbidden" });
  await alice.parley.addMember(conversation, bob.user);
  await bob.seesConversation(conversation, (view) => !view.left, "let in again");
});

test("a join that is asked for offline goes out when the connection is back, once", async () => {
  const [alice, carol] = (await online(server, "alice", "carol")) as [Device, Device];
  const { conversation } = await alice.parley.createGroup("g", []);
  const { token } = await alice.parley.groups.invite(conversation, { uses_max: 2 });
  carol.goesAway();
  const joining = carol.parley.groups.join(token);
  await carol.comesBack();
  await joining;
  await carol.seesConversation(conversation, (view) => view.role === "member", "in");
  assert.equal((await alice.parley.groups.invites(conversation))[0]?.uses, 1);
});
