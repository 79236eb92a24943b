/** Contacts: asked, accepted, declined, removed; by devices that are there, away, or new. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Contact, ContactState, Id } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server, everywhere } from "./harness/server.ts";
import { until } from "./harness/wait.ts";

let server: Server;
before(async () => {
  server = await Server.start();
});
afterEach(everybodyLeaves);
after(() => server.end());

async function stands(device: Device, other: Id, state: ContactState | undefined): Promise<void> {
  await until(device.parley.contacts.known, (known) => known.get(other)?.state === state,
    `${device.person.name}: ${state ?? "nothing"}`);
}

async function listed(raw: Raw): Promise<Contact[]> {
  return (await raw.ok("contact.list", {})).contacts;
}

test("who is asked and accepts is a contact, for both, on every device", async () => {
  const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  const laptop = await bob.person.on("laptop");
  await alice.parley.contacts.request(bob.user);
  await stands(alice, bob.user, "sent");
  for (const device of [bob, laptop]) await stands(device, alice.user, "received");
  await bob.parley.contacts.accept(alice.user);
  await stands(alice, bob.user, "contact");
  for (const device of [bob, laptop]) await stands(device, alice.user, "contact");
  const phone = await alice.person.on("phone");
  await stands(phone, bob.user, "contact");
});

test("a request is in nobody's list and no unread count, and is there for who was away", async () => {
  const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  bob.goesAway();
  await alice.parley.contacts.request(bob.user);
  await bob.comesBack();
  await stands(bob, alice.user, "received");
  for (const device of [alice, bob]) {
    assert.deepEqual(device.parley.conversations.getSnapshot(), []);
    assert.equal(device.parley.unread.getSnapshot(), 0);
    assert.deepEqual((await device.parley.request("conversation.list", {})).conversations, []);
  }
  await alice.sends(bob, "so?");
  await bob.hasUnread(alice, 1);
  await bob.sees("so?", alice);
});

test("two who ask each other at once are contacts", async () => {
  for (let i = 0; i < 5; i++) {
    const [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
    await Promise.all([alice.parley.contacts.request(bob.user), bob.parley.contacts.request(alice.user)]);
    await stands(alice, bob.user, "contact");
    await stands(bob, alice.user, "contact");
  }
});

test("who was turned down does not ask again; who declined may, or take it back", async () => {
  const [a, b] = (await people(server, "a", "b")) as [Person, Person];
  const ra = await a.raw();
  const rb = await b.raw();
  await ra.ok("contact.request", { user: b.user });
  await rb.ok("contact.decline", { user: a.user });
  assert.equal((await ra.refused("contact.request", { user: b.user })).code, "out_of_turn");
  assert.equal((await ra.refused("contact.remove", { user: b.user })).code, "out_of_turn");
  assert.deepEqual((await listed(ra)).map((one) => one.state), ["turned_down"]);
  assert.deepEqual((await listed(rb)).map((one) => one.state), ["declined"]);
  await rb.ok("contact.remove", { user: a.user });
  assert.deepEqual([await listed(ra), await listed(rb)], [[], []]);
  await ra.ok("contact.request", { user: b.user });
  await rb.ok("contact.decline", { user: a.user });
  await rb.ok("contact.request", { user: a.user });
  await ra.ok("contact.accept", { user: b.user });
  assert.deepEqual((await listed(ra)).map((one) => one.state), ["contact"]);
  assert.deepEqual((await listed(rb)).map((one) => one.state), ["contact"]);
});

test("either removes the other, and either asks again", async () => {
  const [a, b] = (await people(server, "a", "b")) as [Person, Person];
  const raws: [Raw, Raw] = [await a.raw(), await b.raw()];
  for (const remover of [0, 1] as const) {
    await raws[0].ok("contact.request", { user: b.user });
    await raws[1].ok("contact.accept", { user: a.user });
    await raws[remover].ok("contact.remove", { user: remover === 0 ? b.user : a.user });
    assert.deepEqual([await listed(raws[0]), await listed(raws[1])], [[], []]);
  }
  await raws[0].ok("contact.request", { user: b.user });
  await raws[0].ok("contact.remove", { user: b.user });
  assert.equal((await raws[1].refused("contact.accept", { user: a.user })).code, "out_of_turn");
});

test("what was asked stands after a crash, and its key is known", async () => {
  const [a, b] = (await people(server, "a", "b")) as [Person, Person];
  const first = await (await a.raw()).ok("contact.request", { user: b.user, key: "k" });
  await server.restart("kill");
  const again = await a.raw();
  assert.equal((await again.ok("contact.request", { user: b.user, key: "k" })).seq, first.seq);
  assert.equal((await again.refused("contact.request", { user: a.user, key: "k" })).code, "bad_request");
  const [contact] = await listed(again);
  assert.deepEqual([contact?.state, contact?.conversation, contact?.seq],
    ["sent", first.conversation, first.seq]);
  await (await b.raw()).ok("contact.accept", { user: a.user });
  assert.deepEqual((await listed(again)).map((one) => one.state), ["contact"]);
});

test("contacts are paged by user", async () => {
  const all = await people(server, ...Array.from({ length: 6 }, (_, i) => `p${i}`));
  const [first, ...others] = all as [Person, ...Person[]];
  const raw = await first.raw();
  for (const other of others) await raw.ok("contact.request", { user: other.user });
  const found: Id[] = [];
  for (;;) {
    const last = found.at(-1);
    const { contacts } = await raw.ok("contact.list", { limit: 2, ...(last ? { after_user: last } : {}) });
    found.push(...contacts.map((one) => one.user));
    if (contacts.length < 2) break;
  }
  assert.deepEqual(found, others.map((one) => one.user).sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1)));
});

test("nobody is asked by whom they block, and a conversation is no person", async () => {
  const [a, b] = (await people(server, "a", "b")) as [Person, Person];
  const ra = await a.raw();
  await (await b.raw()).ok("user.block", { user: a.user });
  await everywhere();
  assert.equal((await ra.refused("contact.request", { user: b.user })).code, "cannot_write");
  const { conversation } = await ra.ok("group.create", { title: "g", members: [] });
  assert.equal((await ra.refused("contact.request", { user: conversation })).code, "not_found");
});
