/** What one hid leaves the device, and nothing that comes later brings it back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventEdit, EventHide, EventMessage, Seq } from "../src/api.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { Rig } from "./rig.ts";
import { CHAT, ME, PEER, entryOf, makeParley, message, signedIn, texts } from "./rig.ts";

const OWN = entryOf({ conversation: ME, kind: "own", head: 1 });

function hiding(seq: Seq, target: Seq, up_to = false): EventHide {
  return { conversation: ME, seq, n: 0, rev: seq, time: seq, sender: ME, type: "hide", subject: CHAT, target, up_to };
}

function edit(seq: Seq, target: Seq, text: string): EventEdit {
  return { conversation: CHAT, seq, n: 3, rev: seq, time: seq, sender: PEER, type: "edit", target, text };
}

function stub(seq: Seq, changes: Partial<EventMessage> = {}): EventMessage {
  const { text: _, ...left } = message(seq, changes);
  return { ...left, hidden: true };
}

async function kept(storage: MemoryStorage): Promise<string> {
  return JSON.stringify([await storage.scan("copy/row/"), await storage.scan("copy/conversation/")]);
}

/** Three messages, the first of them edited. */
async function withThree(storage = new MemoryStorage()): Promise<Rig & { storage: MemoryStorage }> {
  const rig = await signedIn([entryOf(), OWN], () => {}, storage);
  for (const seq of [1, 2, 3]) rig.server.event(message(seq));
  rig.server.event(edit(4, 1, "m1 again"));
  await rig.clock.pass(0);
  assert.deepEqual(texts(rig.parley), ["m1 again", "m2", "m3"]);
  return { ...rig, storage };
}

test("a message that was hidden elsewhere leaves the rows and the storage, its edits too", async () => {
  const { clock, parley, server, storage } = await withThree();
  server.event(hiding(2, 1));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m2", "m3"]);
  assert.ok(!(await kept(storage)).includes("m1"), await kept(storage));
  const again = makeParley(server, clock, storage);
  await again.load();
  assert.deepEqual(texts(again), ["m2", "m3"]);
  again.stop();
});

test("no later edit, reaction or repeated push brings it back", async () => {
  const { clock, parley, server, storage } = await withThree();
  server.event(hiding(2, 1));
  server.event(edit(5, 1, "m1 at last"));
  server.event({
    conversation: CHAT, seq: 6, n: 3, rev: 6, time: 6, sender: PEER, type: "reaction", target: 1, emoji: "m1!",
  });
  server.event(message(1, { text: "m1 at last", rev: 6, edited: 5 }));
  server.event({ ...edit(5, 1, "m1 at last"), rev: 6 });
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m2", "m3"]);
  assert.deepEqual((await kept(storage)).match(/m1[^"]*/g), ["m1!"]); // an emoji is no word of it
});

test("an answer that was under way when it was hidden does not bring it", async () => {
  const { clock, parley, server, storage } = await signedIn([entryOf({ head: 3, n: 3, read: 3, delivered: 3 }), OWN]);
  let answer = (): void => {};
  server.on("message.history", () => new Promise((resolve) => {
    answer = () => resolve({ ok: { events: [message(1), message(2), message(3)], head: 4, first: 1 } });
  }));
  void parley.loadOlder(CHAT);
  await clock.pass(0);
  server.event(hiding(2, 2));
  server.event(edit(4, 2, "m2 again"));
  await clock.pass(0);
  answer();
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m1", "m3"]);
  assert.ok(!(await kept(storage as MemoryStorage)).includes("m2"));
});

test("what is not here yet when it is hidden does not show when it comes", async () => {
  const { clock, parley, server, storage } = await withThree();
  server.event(hiding(2, 6));
  server.event(message(6, { mentions: [ME] })); // 5 was lost: it is held
  await clock.pass(0);
  assert.ok(!(await kept(storage)).includes("m6"));
  server.event(message(5));
  server.event(hiding(3, 7));
  server.event(message(7, { mentions: [ME] }));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m1 again", "m2", "m3", "m5"]);
  assert.ok(!(await kept(storage)).includes("m6"));
  assert.equal(parley.conversation(CHAT).getSnapshot()?.mention, undefined);
});

test("an entry shows the last message hidden before the event of the own log is here", async () => {
  const { parley, server } = await signedIn([entryOf({ head: 3, n: 3, last: message(3) }), OWN]);
  const entries = [entryOf({ head: 3, n: 3, last: stub(3) })];
  server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries, more: false } }));
  await parley.compare();
  assert.equal(parley.conversation(CHAT).getSnapshot()?.last, undefined);
});

test("an entry that was asked for before shows nothing of what was hidden since", async () => {
  const { clock, parley, server, storage } = await withThree();
  server.event(hiding(2, 6));
  await clock.pass(0);
  const entries = [entryOf({ head: 6, n: 5, last: message(6) })];
  server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries, more: false } }));
  await parley.compare();
  assert.equal(parley.conversation(CHAT).getSnapshot()?.last, undefined);
  assert.ok(!(await kept(storage)).includes("m6"));
});

test("a page that shows it hidden takes the words of what is here", async () => {
  const { clock, parley, server, storage } = await signedIn([entryOf({ head: 3, n: 3, read: 3, delivered: 3 }), OWN]);
  server.event(edit(4, 2, "m2 again"));
  server.on("message.history", () => ({ ok: { events: [message(1), stub(2), message(3)], head: 4, first: 1 } }));
  await clock.pass(0);
  await parley.loadOlder(CHAT);
  assert.deepEqual(texts(parley), ["m1", "m3"]);
  assert.ok(!(await kept(storage as MemoryStorage)).includes("m2"));
});

test("the last message of the list is hidden with it, and an older entry does not show it again", async () => {
  const last = message(3);
  const entry = entryOf({ head: 3, n: 3, unread: 3, last });
  const { clock, parley, server, storage } = await signedIn([entry, OWN]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.last?.text, "m3");
  server.event(hiding(2, 3));
  await clock.pass(0);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.last, undefined);
  server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries: [entry], more: false } }));
  await parley.compare();
  assert.equal(parley.conversation(CHAT).getSnapshot()?.last, undefined);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 3);
  assert.ok(!(await kept(storage as MemoryStorage)).includes("m3"));
});

test("all up to a place goes at once, by an event or by an entry, and is not paged for", async () => {
  for (const way of ["event", "entry"]) {
    const { clock, parley, server, storage } = await withThree();
    if (way === "event") server.event(hiding(2, 2, true));
    else {
      const entries = [entryOf({ head: 4, n: 3, cleared: 2, last: message(3) })];
      server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries, more: false } }));
      await parley.compare();
    }
    await clock.pass(0);
    assert.deepEqual(texts(parley), ["m3"], way);
    assert.equal(parley.timeline(CHAT).getSnapshot().has_older, false);
    assert.ok(!/m1|m2/.test(await kept(storage)), way);
    server.event(message(2, { rev: 5, text: "m2 again" }));
    server.event(edit(5, 1, "m1 at last"));
    await clock.pass(0);
    assert.ok(!/m1|m2/.test(await kept(storage)), way);
  }
});

test("what one hides offline is not seen at once, and is sent later", async () => {
  const { clock, parley, server } = await withThree();
  server.on("message.hide", () => ({ ok: { conversation: ME, seq: 2, n: 0, time: 2 } }));
  server.up = false;
  server.socket.end(1006);
  await clock.pass(0);
  void parley.personal.hide(CHAT, 2);
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m1 again", "m3"]);
  server.up = true;
  parley.retryNow();
  await clock.pass(5000);
  assert.deepEqual(server.askedFor("message.hide").map(({ conversation, seq }) => [conversation, seq]), [[CHAT, 2]]);
  assert.deepEqual(texts(parley), ["m1 again", "m3"]);
});

test("a hide that is refused shows it again", async () => {
  const { clock, parley, server } = await withThree();
  server.on("message.hide", () => ({ error: { code: "full", message: "" } }));
  const refused = assert.rejects(parley.personal.hide(CHAT, 2), { code: "full" });
  await clock.pass(0);
  await refused;
  assert.deepEqual(texts(parley), ["m1 again", "m2", "m3"]);
});

test("a device that is told to page its own log begins anew with all that it has", async () => {
  const { clock, parley, server, storage } = await withThree();
  server.entries = [entryOf({ head: 4, n: 3, last: message(3) }), entryOf({ conversation: ME, kind: "own", head: 2000 })];
  server.on("conversation.events", () => ({ ok: { events: [], head: 2000, page: true } }));
  server.on("message.history", () => ({ ok: { events: [stub(1), stub(2), message(3)], head: 4, first: 1 } }));
  server.event({ ...hiding(2000, 9) });
  await clock.pass(1000);
  assert.ok(!/m1|m2/.test(await kept(storage)), await kept(storage));
  await parley.loadOlder(CHAT);
  assert.deepEqual(texts(parley), ["m3"]);
});

test("an edit of a hidden message that is not here leaves no words in the storage, after a restart too", async () => {
  const storage = new MemoryStorage();
  const entry = entryOf({ head: 3, n: 3, read: 3, delivered: 3, last: stub(3) });
  const { clock, parley, server } = await signedIn([entry, OWN], () => {}, storage);
  server.event(edit(4, 3, "m3 again"));
  server.event(edit(5, 1, "m1 again"));
  await clock.pass(0);
  assert.ok(!/m1|m3/.test(await kept(storage)), await kept(storage));
  parley.stop();
  const again = makeParley(server, clock, storage);
  await again.load();
  server.on("message.history", () => ({
    ok: { events: [stub(1, { rev: 5, edited: 5 }), message(2), stub(3, { rev: 4, edited: 4 })], head: 5, first: 1 },
  }));
  again.retryNow();
  await clock.pass(1000);
  await again.loadOlder(CHAT);
  assert.deepEqual(texts(again), ["m2"]);
  assert.ok(!/m1|m3/.test(await kept(storage)), await kept(storage));
  again.stop();
});

test("an edit of a message that is not here shows once it is, also if a page of before comes after it", async () => {
  const { clock, parley, server } = await signedIn([entryOf({ head: 3, n: 3, read: 3, delivered: 3 }), OWN]);
  server.event(edit(4, 2, "m2 again"));
  await clock.pass(0);
  server.on("message.history", () => ({ ok: { events: [message(1), message(2), message(3)], head: 3, first: 1 } }));
  await parley.loadOlder(CHAT);
  assert.deepEqual(texts(parley), ["m1", "m2 again", "m3"]);
});

test("a star goes with what is hidden", async () => {
  const starred = [message(2), message(3)];
  const { clock, parley, server } = await signedIn([entryOf(), OWN], (fake) =>
    fake.on("message.starred", () => ({ ok: { events: starred } })));
  assert.deepEqual(parley.personal.stars(CHAT).getSnapshot(), [2, 3]);
  server.event(hiding(2, 2, true));
  await clock.pass(0);
  assert.deepEqual(parley.personal.stars(CHAT).getSnapshot(), [3]);
});
