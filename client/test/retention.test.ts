/** What is gone on the server goes here too, and a device that was away for long lacks nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventEdit } from "../src/api.ts";
import type { ParleyError } from "../src/error.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { FakeServer } from "./rig.ts";
import { CHAT, ME, PEER, entryOf, message, signedIn, texts } from "./rig.ts";

/** The next compare tells of the entry; what lies after `after` can be had from `first` on. */
function changed(server: FakeServer, entry: Parameters<typeof entryOf>[0]): void {
  const now = entryOf(entry);
  server.entries = [now];
  server.on("sync", () => {
    server.on("sync", () => ({ ok: { token: "t2", incarnation: "a", entries: [], more: false } }));
    return { ok: { token: "t1", incarnation: "a", entries: [now], more: false } };
  });
  server.on("conversation.events", ({ after }) => {
    if (after + 1 < now.first) return { error: { code: "truncated", message: "", first: now.first } };
    const events = [];
    for (let seq = after + 1; seq <= now.head; seq++) events.push(message(seq));
    return { ok: { events, head: now.head, page: false } };
  });
}

async function storedSeqs(storage: MemoryStorage): Promise<number[]> {
  return (await storage.scan("copy/row/")).map(([, row]) => (row as { seq: number }).seq);
}

test("rows before the first that is kept go, with the words of their edits; the cursor stays", async () => {
  const storage = new MemoryStorage();
  const { clock, server, parley } = await signedIn([entryOf()], () => {}, storage);
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  const edit: EventEdit = {
    conversation: CHAT, seq: 4, n: 3, rev: 4, time: 4, sender: PEER, type: "edit", target: 1, text: "again",
  };
  server.event(edit);
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["again", "m2", "m3"]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 3);
  changed(server, { head: 4, n: 3, first: 3, unread: 1, delivered: 4 });
  await clock.pass(6 * 60_000);
  assert.deepEqual(texts(parley), ["m3"]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 1);
  assert.equal(parley.timeline(CHAT).getSnapshot().has_older, false);
  assert.deepEqual(await storedSeqs(storage), [3, 4]);
  const [, stored] = (await storage.scan("copy/row/")) as [string, EventEdit][];
  assert.equal(stored?.[1].text, undefined);
  assert.equal(server.askedFor("conversation.events").length, 0);
});

test("a device that was away while more went than it had begins where the log does", async () => {
  const storage = new MemoryStorage();
  const { clock, server, parley } = await signedIn([entryOf()], () => {}, storage);
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  await clock.pass(0);
  changed(server, { head: 8, n: 8, first: 6, unread: 3, last: message(8) });
  await clock.pass(6 * 60_000);
  assert.deepEqual(texts(parley), ["m6", "m7", "m8"]);
  assert.deepEqual(await storedSeqs(storage), [6, 7, 8]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 3);
  server.event(message(9));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m6", "m7", "m8", "m9"]);
});

test("where nothing is kept nothing is shown, and what comes next is", async () => {
  const storage = new MemoryStorage();
  const { clock, server, parley } = await signedIn([entryOf()], () => {}, storage);
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  await clock.pass(0);
  changed(server, { head: 5, n: 5, first: 6, unread: 0 });
  await clock.pass(6 * 60_000);
  assert.deepEqual(texts(parley), []);
  assert.deepEqual(await storedSeqs(storage), []);
  const view = parley.conversation(CHAT).getSnapshot();
  assert.deepEqual([view?.unread, view?.last], [0, undefined]);
  server.event(message(6));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m6"]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 1);
});

test("what goes between a compare and its question: the copy begins at the head", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  await clock.pass(0);
  changed(server, { head: 8, n: 8, first: 6, unread: 3 });
  server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries: [], more: false } }));
  server.event(message(8));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), []);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 3);
  server.event(message(9));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m9"]);
});

test("a page from before what is kept takes away what is held of that", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 9, n: 9, first: 1 })]);
  server.on("message.history", ({ before }) => {
    const events = [];
    for (let seq = Math.max(1, (before ?? 10) - 4); seq < (before ?? 10); seq++) events.push(message(seq));
    return { ok: { events, head: 9, first: 1 } };
  });
  await parley.loadOlder(CHAT);
  assert.deepEqual(texts(parley), ["m6", "m7", "m8", "m9"]);
  server.on("message.history", () => ({ ok: { events: [], head: 9, first: 8 } }));
  await parley.loadOlder(CHAT);
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m8", "m9"]);
  assert.equal(parley.timeline(CHAT).getSnapshot().has_older, false);
});

test("a try that may be among what is gone is not sent again, unless one says so", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 2, n: 2 })]);
  server.on("message.send", () => undefined);
  const stands = parley.send(CHAT, "hello");
  const refused = assert.rejects(stands, (error: ParleyError) => error.code === "too_old");
  await clock.pass(0);
  server.on("message.send", ({ after }) => after < 7
    ? { error: { code: "too_old", message: "", head: 9 } }
    : { ok: { conversation: CHAT, seq: 10, n: 10, rev: 10, time: 0, key: "k" } });
  server.on("message.history", ({ after }) => ({
    ok: { events: after < 9 ? [message(8), message(9)] : [], head: 9, first: 8 },
  }));
  server.socket.end(1006);
  await clock.pass(10_000);
  await refused;
  const [item] = parley.outbox.getSnapshot();
  assert.deepEqual([item?.state, item?.error?.code], ["failed", "too_old"]);
  assert.equal(server.askedFor("message.send").length, 2);
  server.event(message(3));
  await parley.retry(item?.key as string);
  await clock.pass(0);
  const sent = server.askedFor("message.send");
  assert.deepEqual(sent.at(-1)?.["after"], 9);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 1);
});

test("a first try is sent anew at the head: it stands nowhere", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 2, n: 2 })]);
  server.on("message.send", ({ after }) => after < 7
    ? { error: { code: "too_old", message: "", head: 9 } }
    : { ok: { conversation: CHAT, seq: 10, n: 10, rev: 10, time: 0, key: "k" } });
  server.on("message.history", () => ({ ok: { events: [], head: 9, first: 8 } }));
  const stands = parley.send(CHAT, "hello");
  await clock.pass(0);
  assert.equal((await stands).seq, 10);
  assert.equal(server.askedFor("message.send").at(-1)?.["after"], 9);
});

test("how long a conversation is kept is told by its events and its entry", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ retention: 30 })]);
  const days = (): number | undefined => parley.conversation(CHAT).getSnapshot()?.retention;
  assert.equal(days(), 30);
  const by = { conversation: CHAT, n: 0, time: 0, sender: ME };
  server.event({ ...by, seq: 1, rev: 1, type: "retention", days: 7 });
  await clock.pass(0);
  assert.equal(days(), 7);
  server.event({ ...by, seq: 2, rev: 2, type: "retention", days: 0 });
  await clock.pass(0);
  assert.equal(days(), 0);
  server.on("conversation.set_retention", ({ days }) =>
    ({ ok: { conversation: CHAT, seq: 3, n: 0, rev: 3, time: 0, key: `${days}` } }));
  assert.equal((await parley.setRetention(CHAT, 1)).seq, 3);
});
