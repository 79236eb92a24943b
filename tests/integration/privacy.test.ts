/**
 * Who sees what of whom, and who may do what with whom: one table of viewer, setting and thing, each
 * cell with what is expected, asked of the real server.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Audience, Id } from "../../client/src/index.ts";
import { ParleyError } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { PASSWORD, everybodyLeaves, friends, online, people } from "./harness/people.ts";
import { Server, everywhere } from "./harness/server.ts";
import { eventually, until } from "./harness/wait.ts";

let server: Server;
before(async () => {
  server = await Server.start();
});
afterEach(everybodyLeaves);
after(() => server.end());

const AUDIENCES: readonly Audience[] = ["everyone", "contacts", "nobody"];
const RELATIONS = ["self", "contact", "stranger", "asking", "former", "blocked", "blocks"] as const;
type Relation = (typeof RELATIONS)[number];
type Cells = { [relation in Relation]: string };

/** For everyone, contacts, nobody. `asking` is a stranger who wrote and was not accepted; `blocked` is by
 * them, `blocks` is them; both are contacts as well. */
const SEES: Cells = {
  self: "yes yes yes", contact: "yes yes no", stranger: "yes no no", asking: "yes no no", former: "yes no no",
  blocked: "no no no", blocks: "yes yes no",
};
const ALWAYS: Cells = {
  self: "yes yes yes", contact: "yes yes yes", stranger: "yes yes yes", asking: "yes yes yes",
  former: "yes yes yes", blocked: "yes yes yes", blocks: "yes yes yes",
};
/** Oneself is nobody's other. */
const DOES: Cells = { ...SEES, self: "- - -", blocks: "no no no" };
const TABLE: { [thing: string]: Cells } = {
  "online": SEES,
  "last seen": SEES,
  "picture": SEES,
  "read, in a 1:1": { ...SEES, self: "- - -", asking: "no no no", blocks: "no no no" },
  "read, in its info": { ...SEES, self: "- - -", asking: "no no no", blocks: "no no no" },
  "read, in the list": { ...SEES, self: "- - -", asking: "no no no", blocks: "no no no" },
  "delivered, in a 1:1": { ...ALWAYS, self: "- - -", asking: "no no no" },
  "delivered, in its info": { ...ALWAYS, self: "- - -", asking: "no no no" },
  "delivered, in the list": { ...ALWAYS, self: "- - -", asking: "no no no" },
  // In a group a block hides nothing.
  "read, in a group": { ...SEES, blocked: "yes yes no" },
  "delivered, in a group": ALWAYS,
  "make a group with": DOES,
  "add to a group": DOES,
  "write first": DOES,
  "type, in a 1:1 that has messages": { ...ALWAYS, self: "- - -", blocked: "no no no", blocks: "no no no" },
};

async function relate(viewer: Person, owner: Person, relation: Relation): Promise<void> {
  if (relation === "self" || relation === "stranger" || relation === "asking") return;
  await viewer.rest.call("contact.request", { user: owner.user }, viewer.token);
  await owner.rest.call("contact.accept", { user: viewer.user }, owner.token);
  if (relation === "former") await owner.rest.call("contact.remove", { user: viewer.user }, owner.token);
  if (relation === "blocked") await owner.rest.call("user.block", { user: viewer.user }, owner.token);
  if (relation === "blocks") await viewer.rest.call("user.block", { user: owner.user }, viewer.token);
}

async function restrict(owner: Person, audience: Audience): Promise<void> {
  await owner.rest.call("account.set_privacy", {
    last_seen: audience, picture: audience, receipts: audience, groups: audience, write: audience,
  }, owner.token);
  await everywhere();
}

async function may(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return "yes";
  } catch (thrown) {
    if (thrown instanceof ParleyError && thrown.code === "cannot_write") return "no";
    throw thrown;
  }
}

const yes = (is: boolean): string => (is ? "yes" : "no");

/** What the viewer meets of an owner with whom they talked before. */
async function seen(relation: Relation, audience: Audience): Promise<{ [thing: string]: string }> {
  const [owner, other] = (await people(server, "owner", "other")) as [Person, Person];
  const viewer = relation === "self" ? owner : other;
  const again = await owner.rest.call("signin", { username: owner.name, password: PASSWORD });
  const token = relation === "self" ? again.token : viewer.token;
  const { conversation: group } = await other.rest.call("group.create",
    { title: "g", members: [owner.user] }, other.token);
  const said = await other.rest.call("message.send", { to: group, text: "x" }, other.token);
  const direct = await other.rest.call("message.send", { to: owner.user, text: "x" }, other.token);
  const raw = await owner.raw();
  if (relation !== "asking") await raw.ok("conversation.accept", { conversation: direct.conversation });
  await raw.ok("receipt.read", { conversation: group, seq: said.seq });
  await raw.ok("receipt.read", { conversation: direct.conversation, seq: direct.seq });
  await raw.ok("account.set_picture", { picture: "77" });
  await relate(viewer, owner, relation);
  await restrict(owner, audience);
  const ask: Person["rest"]["call"] = (cmd, args) => viewer.rest.call(cmd, args, token);
  const presence = await ask("presence.get", { user: owner.user });
  const { picture } = await ask("user.get", { user: owner.user });
  const { members } = await ask("conversation.get", { conversation: group });
  const inGroup = members.find((member) => member.user === owner.user);
  const found: { [thing: string]: string } = {
    "online": yes(presence.online),
    "picture": yes(picture === "77"),
    "read, in a group": yes(inGroup?.read === said.seq),
    "delivered, in a group": yes(inGroup?.delivered === said.seq),
  };
  if (relation !== "self") {
    const one = await ask("conversation.get", { conversation: direct.conversation });
    const info = await ask("message.info", { conversation: direct.conversation, seq: direct.seq });
    const { conversations } = await ask("conversation.list", {});
    found["read, in a 1:1"] = yes(one.peer_read === direct.seq);
    assert.equal(one.members.find((member) => member.user === owner.user)?.read, one.peer_read);
    found["delivered, in a 1:1"] = yes((one.peer_delivered ?? 0) >= direct.seq);
    found["read, in its info"] = yes(JSON.stringify(info).includes('"read":true'));
    found["delivered, in its info"] = yes(JSON.stringify(info).includes('"delivered":true'));
    const listed = conversations.find((entry) => entry.conversation === direct.conversation);
    found["read, in the list"] = yes(listed?.peer_read === direct.seq);
    found["delivered, in the list"] = yes((listed?.peer_delivered ?? 0) >= direct.seq);
    const typist = await viewer.raw();
    const typed = await typist.ask("typing", { conversation: direct.conversation });
    found["type, in a 1:1 that has messages"] = yes(typed.ok !== undefined);
    typist.close();
  }
  await owner.rest.call("signout", {}, again.token === token ? owner.token : again.token);
  await owner.rest.call("signout", {}, again.token === token ? again.token : owner.token).catch(() => {});
  return found;
}

/** What a viewer may do with an owner to whom nobody wrote. */
async function done(relation: Relation, audience: Audience): Promise<{ [thing: string]: string }> {
  if (relation === "self") return {};
  const [owner, viewer] = (await people(server, "owner", "viewer")) as [Person, Person];
  await relate(viewer, owner, relation);
  await restrict(owner, audience);
  const ask: Person["rest"]["call"] = (cmd, args) => viewer.rest.call(cmd, args, viewer.token);
  const { conversation } = await ask("group.create", { title: "g", members: [] });
  return {
    "make a group with": await may(ask("group.create", { title: "g", members: [owner.user] })),
    "add to a group": await may(ask("group.add", { conversation, user: owner.user })),
    "write first": await may(ask("message.send", { to: owner.user, text: "x" })),
  };
}

/** Last seen is asked once the owner is gone. */
async function lastSeen(relation: Relation, audience: Audience): Promise<string> {
  const [owner, other] = (await people(server, "owner", "other")) as [Person, Person];
  const viewer = relation === "self" ? owner : other;
  const again = await owner.rest.call("signin", { username: owner.name, password: PASSWORD });
  await relate(viewer, owner, relation);
  await restrict(owner, audience);
  const raw = await owner.raw();
  await raw.ok("signout", {});
  await raw.closed;
  const asks = async (who: Person, token: string): Promise<boolean> =>
    (await who.rest.call("presence.get", { user: owner.user }, token)).last_seen !== undefined;
  await eventually(async () => (await asks(owner, again.token)) || undefined, "one's own last seen");
  return (await asks(viewer, relation === "self" ? again.token : viewer.token)) ? "yes" : "no";
}

let cells = 0;
for (const relation of RELATIONS) {
  for (const [column, audience] of AUDIENCES.entries()) {
    test(`${relation}, ${audience}`, async () => {
      const [looks, acts, last] = await Promise.all(
        [seen(relation, audience), done(relation, audience), lastSeen(relation, audience)] as const);
      const found: { [thing: string]: string } = { ...looks, ...acts, "last seen": last };
      for (const [thing, expected] of Object.entries(TABLE)) {
        const cell = expected[relation].split(" ")[column];
        assert.equal(found[thing] ?? "-", cell, thing);
        cells += cell === "-" ? 0 : 1;
      }
    });
  }
}

test("the table was asked as a whole", () => {
  const all = Object.values(TABLE).flatMap((row) => Object.values(row).flatMap((cells) => cells.split(" ")));
  const asked = all.filter((cell) => cell !== "-").length;
  console.log(`privacy: ${asked} cells of ${RELATIONS.length} viewers, ${AUDIENCES.length} settings, ` +
    `${Object.keys(TABLE).length} things`);
  assert.equal(cells, asked);
});

test("who hides how far they read does not see it of others", async () => {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  const said = await alice.rest.call("message.send", { to: bob.user, text: "x" }, alice.token);
  await bob.rest.call("conversation.accept", { conversation: said.conversation }, bob.token);
  await (await bob.raw()).ok("receipt.read", { conversation: said.conversation, seq: said.seq });
  const read = async (): Promise<number | undefined> =>
    (await alice.rest.call("conversation.get", { conversation: said.conversation }, alice.token)).peer_read;
  assert.equal(await read(), said.seq);
  await alice.rest.call("account.set_privacy", { receipts: "nobody" }, alice.token);
  assert.equal(await read(), 0);
  await alice.rest.call("account.set_privacy", { receipts: "everyone" }, alice.token);
  assert.equal(await read(), said.seq);
});

test("a tick that is hidden is not pushed either", async () => {
  const [alice, bob] = (await friends(server, "alice", "bob")) as [Device, Device];
  await bob.parley.privacy.set({ receipts: "nobody" });
  await alice.sends(bob, "hidden");
  await bob.sees("hidden", alice);
  bob.reads(alice);
  await alice.seesTick("hidden", bob, "delivered");
  await bob.hasUnread(alice, 0);
  await bob.parley.privacy.set({ receipts: "everyone" });
  await alice.sends(bob, "shown");
  await bob.sees("shown", alice);
  bob.reads(alice);
  await alice.seesTick("shown", bob, "read");
});

test("what a watcher sees follows settings and contacts at once", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const shows = (is: boolean, what: string): Promise<unknown> =>
    until(bob.parley.presence(alice.user), (one) => one?.online === is, what);
  bob.parley.watch([alice.user]);
  await shows(true, "at first");
  await alice.parley.privacy.set({ last_seen: "contacts" });
  await shows(false, "hidden from who is no contact");
  await bob.parley.contacts.request(alice.user);
  await alice.parley.contacts.accept(bob.user);
  await shows(true, "shown to a contact");
  await alice.parley.contacts.remove(bob.user);
  await shows(false, "hidden from who was one");
});

test("settings are known on one's other devices, and to nobody else", async () => {
  const [phone, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const laptop = await phone.person.on("laptop");
  await phone.parley.privacy.set({ write: "contacts", groups: "nobody" });
  await phone.parley.privacy.setPicture("77");
  for (const device of [phone, laptop])
    await until(device.parley.privacy.self, (self) => self?.privacy.write === "contacts" &&
      self.privacy.groups === "nobody" && self.privacy.receipts === "everyone" && self.picture === "77", "the settings");
  const seenByBob = await bob.parley.request("user.get", { user: phone.user });
  assert.deepEqual(Object.keys(seenByBob).sort(), ["about", "blocked", "display_name", "picture", "user", "username"]);
  await phone.parley.privacy.setPicture();
  await until(laptop.parley.privacy.self, (self) => self !== undefined && self.picture === undefined, "no picture");
});

test("who wrote goes on writing when the other shuts the door", async () => {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  const write = (from: Person, to: Id): Promise<unknown> =>
    from.rest.call("message.send", { to, text: "x" }, from.token);
  await write(alice, bob.user);
  await bob.rest.call("account.set_privacy", { write: "nobody" }, bob.token);
  await write(alice, bob.user);
});
