import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "../src/api.ts";
import { ROWS_OPEN_MAX } from "../src/copy.ts";
import type { Parley } from "../src/parley.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { Change, Storage } from "../src/storage.ts";
import type { Answer } from "./rig.ts";
import { CHAT, ME, ManualClock, FakeServer, PEER, entryOf, makeParley, message, signedIn, texts } from "./rig.ts";

const edit = (seq: number, text?: string, rev = seq): ChatEvent => ({
  conversation: CHAT, seq, n: 1, rev, time: 0, sender: PEER, type: "edit", target: 1,
  ...(text === undefined ? {} : { text }),
});
const deleted = (seq: number): ChatEvent =>
  ({ conversation: CHAT, seq, n: 1, rev: seq, time: 0, sender: PEER, type: "delete", target: 1 });

async function storedTexts(storage: Storage): Promise<(string | undefined)[]> {
  return (await storage.scan("copy/row/")).map(([, row]) => (row as { text?: string }).text);
}

test("events that come in order are shown in order", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m1", "m2", "m3"]);
});

test("an event that comes early is held, and nothing is asked for if the gap closes by itself", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(2));
  await clock.pass(100);
  assert.deepEqual(texts(parley), []);
  server.event(message(1));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2"]);
  assert.equal(server.askedFor("conversation.events").length, 0);
});

test("a gap is asked for after 300 ms, give or take a half", async () => {
  for (const chance of [0, 0.999]) {
    const { clock, server, parley } = await signedIn([entryOf()]);
    clock.chance = chance;
    server.on("conversation.events", () => ({ ok: { events: [message(1)], head: 2, page: false } }));
    server.event(message(2));
    await clock.pass(149);
    assert.equal(server.askedFor("conversation.events").length, 0);
    await clock.pass(302);
    assert.deepEqual(server.askedFor("conversation.events"), [{ conversation: CHAT, after: 0, limit: 100 }]);
    assert.deepEqual(texts(parley), ["m1", "m2"]);
  }
});

test("a gap is filled over several pages", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("conversation.events", ({ after }) => {
    const events = [after + 1, after + 2].filter((seq) => seq <= 5).map((seq) => message(seq));
    return { ok: { events, head: 6, page: false } };
  });
  server.event(message(6));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2", "m3", "m4", "m5", "m6"]);
});

test("at most 256 events are held; the rest comes with the gap", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const asked: number[] = [];
  server.on("conversation.events", ({ after }) => {
    asked.push(after);
    const events = [];
    for (let seq = after + 1; seq <= Math.min(after + 100, 400); seq++) events.push(message(seq));
    return { ok: { events, head: 400, page: false } };
  });
  for (let seq = 2; seq <= 400; seq++) server.event(message(seq));
  await clock.pass(1000);
  // The first page closes the gap; 2 to 257 were held.
  assert.deepEqual(asked, [0, 257, 357]);
  assert.equal(texts(parley).at(-1), "m400");
});

test("an event that comes twice is shown once", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (const seq of [1, 1, 2, 1, 2]) server.event(message(seq));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2"]);
});

test("the ok of a send does not move the cursor over a gap", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", () => ({ ok: { conversation: CHAT, seq: 3, n: 3, time: 3 } }));
  const asked: number[] = [];
  server.on("conversation.events", ({ after }) => {
    asked.push(after);
    return { ok: { events: [1, 2, 3].map((seq) => message(seq)), head: 3, page: false } };
  });
  await parley.send(CHAT, "mine");
  await clock.pass(1000);
  assert.deepEqual(asked, [0]);
  assert.deepEqual(texts(parley), ["m1", "m2", "m3"]);
});

test("edit, delete and reaction change their target, an older rev does not", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const common = { conversation: CHAT, n: 2, time: 0, sender: PEER };
  const tell = (event: Partial<ChatEvent> & { seq: number }): void =>
    server.event({ ...common, rev: event.seq, ...event } as ChatEvent);
  server.event(message(1));
  server.event(message(2));
  tell({ seq: 3, type: "edit", target: 1, text: "edited" });
  tell({ seq: 4, type: "reaction", target: 1, emoji: "👍", sender: ME });
  await clock.pass(0);
  const item = parley.timeline(CHAT).getSnapshot().items[0];
  assert.ok(item?.type === "message" && item.edited);
  assert.equal(item.text, "edited");
  assert.deepEqual(item.reactions, [{ user: ME, emoji: "👍" }]);

  tell({ seq: 5, type: "delete", target: 2 });
  // The row as it stood before, pushed again.
  server.event(message(2));
  server.event(message(1));
  tell({ seq: 6, type: "reaction", target: 1, emoji: "", sender: ME });
  await clock.pass(0);
  const [first, second] = parley.timeline(CHAT).getSnapshot().items;
  assert.ok(first?.type === "message" && second?.type === "message");
  assert.equal(first.text, "edited");
  assert.deepEqual(first.reactions, []);
  assert.ok(second.deleted);
  assert.equal(second.text, undefined);
  assert.equal(server.askedFor("conversation.events").length, 0);
});

test("a row fetched as it is now is not changed again by the events that made it so", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const now = message(1, { rev: 3, text: "third", edited: 3 });
  server.on("conversation.events", () => ({
    ok: { events: [now, edit(2, undefined, 3), edit(3, "third")], head: 3, page: false },
  }));
  server.event(edit(3, "third"));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["third"]);
});

test("the storage has the words of an edit in its message alone, also if that is as new already", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  server.event(message(1));
  server.event(edit(2, "second"));
  server.event(edit(3, "third"));
  // A repeated send: the row is pushed again as it is now.
  server.event(message(1, { rev: 4, text: "fourth", edited: 4 }));
  server.event(edit(4, "fourth"));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["fourth"]);
  assert.deepEqual(await storedTexts(storage), ["fourth", undefined, undefined, undefined]);
});

test("no edit keeps words in the storage, nor does a deleted message, also if it is not here", async () => {
  const { clock, server, storage } = await signedIn([entryOf({ head: 1, n: 1 })]);
  server.event(edit(2, "second"));
  server.event(edit(3, "third"));
  await clock.pass(0);
  assert.deepEqual(await storedTexts(storage), [undefined, undefined]);
  server.event(deleted(4));
  // An edit as it stood before, pushed again.
  server.event(edit(3, "third"));
  await clock.pass(0);
  assert.deepEqual(await storedTexts(storage), [undefined, undefined, undefined]);
});

test("a page of history that was read before an edit does not bring the old text back", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf({ head: 2, n: 2 })]);
  let answer: (() => void) | undefined;
  server.on("message.history", async () => {
    await new Promise<void>((resolve) => (answer = resolve));
    return { ok: { events: [message(1), edit(2, "second")], head: 2, first: 1 } };
  });
  const loaded = parley.loadOlder(CHAT);
  await clock.pass(0);
  server.event(edit(3, "third"));
  await clock.pass(0);
  answer?.();
  await loaded;
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["third"]);
  assert.deepEqual(await storedTexts(storage), ["third", undefined, undefined]);
});

test("what is said while events are asked for is asked for again, if the answer is older", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1 })]);
  const answers: ((answer: Answer) => void)[] = [];
  server.on("conversation.events", () => new Promise((resolve) => answers.push(resolve)));
  server.event(message(3));
  await clock.pass(1000);
  server.event(message(4));
  await clock.pass(0);
  // Read before 2 could be.
  answers.shift()?.({ ok: { events: [], head: 1, page: false } });
  await clock.pass(0);
  answers.shift()?.({ ok: { events: [message(2)], head: 4, page: false } });
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m2", "m3", "m4"]);
  // Nothing new was said: it waits for the next compare.
  server.event(message(6));
  await clock.pass(1000);
  answers.shift()?.({ ok: { events: [], head: 4, page: false } });
  await clock.pass(1000);
  assert.deepEqual(answers, []);
});

test("a page that names a newer head is a reason to go on", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("conversation.events", ({ after }) => ({
    ok: { events: [message(after + 1)], head: 4, page: false },
  }));
  server.event(message(2));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2", "m3", "m4"]);
});

test("of an event that is held the newest form counts", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(2, { rev: 3, text: "newer", edited: 3 }));
  server.event(message(2));
  server.event(message(1));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m1", "newer"]);
});

test("events that are no longer kept mean: drop the copy and start at the head", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  await clock.pass(0);
  server.on("conversation.events", () => ({ error: { code: "truncated", message: "" } }));
  server.entries = [entryOf({ head: 2000, n: 2000, first: 1500, unread: 1999 })];
  server.event(message(2000));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), []);
  server.event(message(2001));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m2001"]);
});

test("a connection that is lost while a copy begins anew leaves it to the next one", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  server.on("conversation.events", () => ({ error: { code: "truncated", message: "" } }));
  server.on("conversation.get", () => {
    server.socket.end(1006);
    server.on("conversation.get", () => ({ ok: { ...entryOf({ head: 9, n: 9 }), members: [] } }));
    return undefined;
  });
  server.event(message(9));
  await clock.pass(2000);
  server.event(message(10));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m10"]);
});

test("one who lacks too much drops the copy and starts at the head", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  await clock.pass(0);
  server.on("conversation.events", () => ({ ok: { events: [], head: 2000, page: true } }));
  server.entries = [entryOf({ head: 2000, n: 2000, unread: 1999, last: message(2000) })];
  server.on("message.history", ({ before, limit }) => ({
    ok: {
      events: Array.from({ length: limit }, (_, i) => message(before - limit + i)), head: 2000, first: 1,
    },
  }));
  server.event(message(2000));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), []);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 1999);
  parley.open(CHAT);
  await clock.pass(0);
  assert.equal(texts(parley).length, 50);
  assert.equal(texts(parley).at(-1), "m2000");
  await parley.loadOlder(CHAT);
  assert.equal(texts(parley).length, 100);
});

/** Writes end when a test says so. */
class SlowStorage extends MemoryStorage {
  slow = false;
  readonly waiting: (() => void)[] = [];

  override async write(changes: readonly Change[]): Promise<void> {
    if (this.slow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    await super.write(changes);
  }
}

class BatchStorage extends MemoryStorage {
  readonly batches: (readonly Change[])[] = [];

  override async write(changes: readonly Change[]): Promise<void> {
    this.batches.push(changes);
    await super.write(changes);
  }
}

async function onSlowStorage() {
  const clock = new ManualClock();
  const server = new FakeServer();
  server.entries = [entryOf()];
  const storage = new SlowStorage();
  const parley = makeParley(server, clock, storage);
  await parley.signIn({ username: "me", password: "12345678" });
  await clock.pass(4000);
  storage.slow = true;
  return { clock, server, storage, parley };
}

test("delivered is told only after the event was stored, and once for many", async () => {
  const { clock, server, storage } = await onSlowStorage();
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.delivered"), []);
  storage.slow = false;
  for (const resolve of storage.waiting) resolve();
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.delivered"), [{ conversation: CHAT, seq: 3 }]);
});

test("marks go no further than what is stored, however far the cursor is", async () => {
  const { clock, server, storage, parley } = await onSlowStorage();
  server.event(message(1));
  await clock.pass(0);
  storage.waiting.shift()?.();
  await clock.pass(0);
  server.event(message(2));
  parley.markRead(CHAT, 2);
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2"]);
  assert.deepEqual(server.askedFor("receipt.read"), [{ conversation: CHAT, seq: 1 }]);
  storage.slow = false;
  for (const resolve of storage.waiting) resolve();
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.read").slice(1), [{ conversation: CHAT, seq: 2 }]);
  assert.deepEqual(server.askedFor("receipt.delivered"), []);
});

test("what stands behind a gap is acknowledged when the gap is closed, not before", async () => {
  const { clock, server } = await signedIn([entryOf()]);
  server.on("conversation.events", () => undefined);
  for (const seq of [1, 3, 4]) server.event(message(seq));
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.delivered"), [{ conversation: CHAT, seq: 1 }]);
  server.event(message(2));
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.delivered").slice(1), [{ conversation: CHAT, seq: 4 }]);
});

test("an event and its cursor are stored in one batch", async () => {
  const batches: (readonly Change[])[] = [];
  class Recording extends MemoryStorage {
    override async write(changes: readonly Change[]): Promise<void> {
      batches.push(structuredClone(changes));
      await super.write(changes);
    }
  }
  const clock = new ManualClock();
  const server = new FakeServer();
  server.entries = [entryOf()];
  const parley = makeParley(server, clock, new Recording());
  await parley.signIn({ username: "me", password: "12345678" });
  await clock.pass(4000);
  batches.length = 0;
  server.event(message(1));
  await clock.pass(0);
  const batch = batches.find((changes) => changes.some((one) => "put" in one && one.put.startsWith("copy/row/")));
  const record = batch?.find((one) => "put" in one && one.put === `copy/conversation/${CHAT}`);
  assert.equal((record as { value: { cursor: number } }).value.cursor, 1);
});

test("unread is counted by n, and one's own send after everything was read is read", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const unread = (): number | undefined => parley.conversation(CHAT).getSnapshot()?.unread;
  server.event(message(1));
  server.event(message(2));
  await clock.pass(0);
  assert.equal(unread(), 2);
  parley.markRead(CHAT, 1);
  assert.equal(unread(), 1);
  // Sent from elsewhere while one was unread: the night is not marked as read.
  server.event(message(3, { sender: ME }));
  await clock.pass(100);
  assert.equal(unread(), 2);
  parley.markRead(CHAT);
  assert.equal(unread(), 0);
  await clock.pass(100);
  server.event(message(4, { sender: ME }));
  await clock.pass(1000);
  assert.equal(unread(), 0);
  assert.deepEqual(server.askedFor("receipt.read").map((args) => args["seq"]), [1, 3]);
  // The mark had not been told when the message stood: the server cannot have moved it.
  server.event(message(5));
  await clock.pass(0);
  parley.markRead(CHAT);
  server.event(message(6, { sender: ME }));
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.read").map((args) => args["seq"]), [1, 3, 6]);
});

test("another device's read mark clears the count here, and marks never go back", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  const receipt = (read: number, unread: number): void =>
    server.push({ push: "receipts", conversation: CHAT, marks: [{ user: ME, delivered: 3, read }], unread });
  receipt(2, 1);
  await clock.pass(0);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 1);
  receipt(1, 2);
  await clock.pass(0);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 1);
  assert.equal(parley.unread.getSnapshot(), 1);
});

test("ticks follow the other one's marks", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1, { sender: ME, key: "k" }));
  await clock.pass(0);
  const status = (): unknown => {
    const item = parley.timeline(CHAT).getSnapshot().items[0];
    return item?.type === "message" ? item.status : undefined;
  };
  assert.equal(status(), "sent");
  server.push({ push: "receipts", conversation: CHAT, marks: [{ user: PEER, delivered: 1, read: 0 }] });
  await clock.pass(0);
  assert.equal(status(), "delivered");
  server.push({ push: "receipts", conversation: CHAT, marks: [{ user: PEER, delivered: 1, read: 1 }] });
  await clock.pass(0);
  assert.equal(status(), "read");
});

test("a list of members that a push overtook takes no mark back", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ kind: "group", peer: undefined })]);
  const member = { user: PEER, username: "p", display_name: "p", role: "member", delivered: 1, read: 0 } as const;
  server.on("conversation.get", async () => {
    server.push({ push: "receipts", conversation: CHAT, marks: [{ user: PEER, delivered: 2, read: 2 }] });
    await clock.pass(0);
    return { ok: { ...entryOf({ kind: "group", peer: undefined }), members: [member] } };
  });
  parley.open(CHAT);
  await clock.pass(0);
  const marks = (): unknown[] => (parley.members(CHAT).getSnapshot() ?? []).map(({ delivered, read }) => [delivered, read]);
  assert.deepEqual(marks(), [[2, 2]]);
  server.push({ push: "receipts", conversation: CHAT, marks: [{ user: PEER, delivered: 3, read: 2 }] });
  await clock.pass(0);
  assert.deepEqual(marks(), [[3, 2]]);
});

test("ticks of a group are by everybody, and stay what they were until its members are known again", async () => {
  const storage = new MemoryStorage();
  const member = (user: string, read: number) => ({ user, username: user, display_name: user, role: "member", delivered: 2, read });
  const { clock, server, parley } = await signedIn([entryOf({ kind: "group", peer: undefined })], () => {}, storage);
  server.on("conversation.get", () => ({ ok: { ...server.entries[0], members: [member(ME, 2), member(PEER, 1), member("300", 0)] } }));
  const statuses = (of: Parley): unknown[] =>
    of.timeline(CHAT).getSnapshot().items.map((item) => (item.type === "message" ? item.status : item.type));
  for (const seq of [1, 2]) server.event(message(seq, { sender: ME, key: `k${seq}` }));
  await clock.pass(0);
  assert.deepEqual(statuses(parley), ["sent", "sent"]);
  parley.open(CHAT);
  await clock.pass(0);
  assert.deepEqual(statuses(parley), ["delivered", "delivered"]);
  server.push({ push: "receipts", conversation: CHAT, marks: [{ user: "300", delivered: 2, read: 1 }] });
  await clock.pass(0);
  assert.deepEqual(statuses(parley), ["read", "delivered"]);
  // Of whoever was behind and leaves, its mark goes with the event that says so.
  server.on("conversation.get", () => undefined);
  server.push({ push: "receipts", conversation: CHAT, marks: [{ user: PEER, delivered: 2, read: 2 }] });
  server.event({ conversation: CHAT, seq: 3, n: 2, rev: 3, time: 3, sender: "300", type: "left", user: "300" });
  await clock.pass(0);
  assert.deepEqual(statuses(parley).slice(0, 2), ["read", "read"]);
  parley.stop();
  server.up = false;
  const again = makeParley(server, clock, storage);
  await again.load();
  assert.deepEqual(statuses(again).slice(0, 2), ["read", "read"]);
  again.stop();
});

test("one push moves one's own mark and the other one's", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1, { sender: ME, key: "k" }));
  server.event(message(2));
  const marks = [{ user: PEER, delivered: 2, read: 2 }, { user: ME, delivered: 2, read: 2 }];
  server.push({ push: "receipts", conversation: CHAT, marks, unread: 0 });
  await clock.pass(0);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 0);
  const item = parley.timeline(CHAT).getSnapshot().items[0];
  assert.equal(item?.type === "message" ? item.status : undefined, "read");
  // About others alone: it says nothing of what one has read.
  server.event(message(3));
  server.push({ push: "receipts", conversation: CHAT, marks: [{ user: PEER, delivered: 3, read: 3 }] });
  await clock.pass(0);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 1);
});

test("an event of a kind that it does not know is kept whole, and holds up nothing", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  const later = { conversation: CHAT, seq: 2, n: 1, rev: 2, time: 0, sender: PEER, type: "of_later", what: "x" };
  server.event(message(1));
  server.event(later as unknown as ChatEvent);
  server.event(message(3, { n: 2 }));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "of_later", "m3"]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, 2);
  assert.equal(server.askedFor("conversation.events").length, 0);
  assert.deepEqual(server.askedFor("receipt.delivered").at(-1), { conversation: CHAT, seq: 3 });
  const stored = (await storage.scan("copy/row/")).map(([, row]) => row as object);
  assert.ok(stored.some((row) => "what" in row && row.what === "x"));
});

test("a conversation that was unknown is learnt from its start", async () => {
  const { clock, server, parley } = await signedIn();
  server.entries = [entryOf({ head: 2, n: 2, unread: 2, last: message(2) })];
  server.on("conversation.events", () => ({ ok: { events: [message(1), message(2)], head: 2, page: false } }));
  server.event(message(2));
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2"]);
  assert.deepEqual(texts(parley, PEER), ["m1", "m2"]);
  assert.deepEqual(server.askedFor("receipt.delivered"), [{ conversation: CHAT, seq: 2 }]);
});

test("a conversation one may not know of any more goes", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1 })]);
  server.on("conversation.events", () => ({ error: { code: "not_found", message: "" } }));
  server.event(message(3));
  await clock.pass(1000);
  assert.equal(parley.conversation(CHAT).getSnapshot(), undefined);
});

test("one who was out and came back does not wait for what lies between", async () => {
  const group = entryOf({ kind: "group", head: 1, n: 1, role: "member", title: "g" });
  delete group.peer;
  const { clock, server, parley } = await signedIn([group]);
  const added: ChatEvent = {
    conversation: CHAT, seq: 9, n: 5, rev: 9, time: 9, sender: PEER, type: "added", user: ME,
  };
  server.entries = [{ ...group, head: 9, n: 5, first: 9, read: 9 }];
  server.on("conversation.events", () => ({ ok: { events: [added], head: 9, page: false } }));
  server.event(added);
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["added"]);
  server.event(message(10, { n: 6 }));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["added", "m10"]);
});

test("one who comes back reads again what was a stub while they were out", async () => {
  const group = entryOf({ kind: "group", head: 3, n: 2, read: 3, role: "member", title: "g", left: true });
  delete group.peer;
  const storage = new BatchStorage();
  const { clock, server, parley } = await signedIn([group], () => {}, storage);
  const left: ChatEvent = { conversation: CHAT, seq: 3, n: 2, rev: 3, time: 3, sender: ME, type: "left", user: ME };
  const { text: _, ...stub } = message(1, { rev: 3, deleted: true });
  const rows: ChatEvent[] = [stub, message(2), left];
  server.on("message.history", ({ before }) => ({
    ok: { events: rows.filter(({ seq }) => seq < before), head: 3, first: 1 },
  }));
  await parley.loadOlder(CHAT);
  assert.deepEqual(texts(parley), [undefined, "m2", "left"]);
  const again: ChatEvent = { conversation: CHAT, seq: 5, n: 2, rev: 5, time: 5, sender: PEER, type: "added", user: ME };
  const { left: _left, ...back } = group;
  server.entries = [{ ...back, head: 5, read: 5 }];
  rows[0] = message(1, { rev: 4, edited: 4, text: "edited" });
  server.on("conversation.events", () => ({ ok: { events: [edit(4, "edited"), again], head: 5, page: false } }));
  storage.batches.length = 0;
  server.event(again);
  await clock.pass(1000);
  // Gone in one with where the copy begins: a tab that dies in between would leave a hole.
  const drops = storage.batches.filter((batch) => batch.some((change) => "drop" in change));
  assert.equal(drops.length, 1);
  assert.ok(drops[0]?.some((change) => "put" in change && change.put === `copy/conversation/${CHAT}`));
  const first = parley.timeline(CHAT).getSnapshot().items[0];
  assert.ok(first?.type === "message" && !first.deleted);
  assert.deepEqual(texts(parley), ["edited", "m2", "left", "added"]);
  assert.deepEqual(await storedTexts(storage), ["edited", "m2", undefined, undefined, undefined]);
});

test("a copy that nobody looks at keeps its newest rows only", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 301; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.equal(texts(parley).length, 200);
  assert.equal((await storage.scan("copy/row/")).length, 200);
  assert.ok(parley.timeline(CHAT).getSnapshot().has_older);
});

test("a copy that somebody looks at drops its oldest rows beyond a bound, and gets them back", async () => {
  const extra = 20;
  const head = ROWS_OPEN_MAX + extra;
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  server.on("message.history", ({ before, limit }) => {
    const events = [];
    for (let seq = Math.max(1, before - limit); seq < before; seq++) events.push(message(seq));
    return { ok: { events, head, first: 1 } };
  });
  const close = parley.open(CHAT);
  await clock.pass(0);
  const view = () => parley.timeline(CHAT).getSnapshot();
  for (let seq = 1; seq <= head; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.equal(view().items.length, ROWS_OPEN_MAX);
  assert.equal(view().items[0]?.seq, extra + 1);
  assert.equal((await storage.scan("copy/row/")).length, ROWS_OPEN_MAX);
  assert.deepEqual([view().full, view().has_older], [true, false]);
  server.asked.length = 0;
  assert.equal(await parley.loadOlder(CHAT), false);
  assert.deepEqual(server.askedFor("message.history"), []);

  close();
  assert.equal(view().items.length, 200);
  assert.deepEqual([view().full, view().has_older], [false, true]);
  parley.open(CHAT);
  for (let more = true; more; ) more = await parley.loadOlder(CHAT);
  // Full again, by pages: what is asked for is no more than there is room for.
  assert.equal(view().items.length, ROWS_OPEN_MAX);
  assert.equal(view().items.at(-1)?.seq, head);
  assert.equal(view().items[0]?.seq, extra + 1);
  assert.ok(view().full);
});

test("an edit or a delete of the newest message shows in the list, also if its row is not here", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1, read: 1, delivered: 1, last: message(1) })]);
  const last = () => parley.conversation(CHAT).getSnapshot()?.last;
  assert.equal(last()?.text, "m1");
  server.event(edit(2, "new"));
  await clock.pass(0);
  assert.deepEqual([last()?.text, last()?.edited], ["new", true]);
  server.event(deleted(3));
  await clock.pass(0);
  assert.deepEqual([last()?.text, last()?.deleted], [undefined, true]);
});
