/** Windows on the past: where they begin, how they slide, what changes them, and where they meet the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent, EventDelete, EventEdit, Seq } from "../src/api.ts";
import { EXCERPT_ROWS_MAX, type Excerpt } from "../src/history.ts";
import type { FakeServer, Rig } from "./rig.ts";
import { CHAT, entryOf, message, signedIn } from "./rig.ts";

const HEAD = 3000;
/** From one message to the next. */
const EVERY_MS = 1000;

/** The log as it stands; `message.history` as the server answers it. */
function keeps(server: FakeServer, log: ChatEvent[]): void {
  server.on("message.history", ({ before, after, around, limit }) => {
    let first = (before ?? log.length + 1) - limit;
    if (after !== undefined) first = after + 1;
    if (around !== undefined) first = around - Math.floor(limit / 2);
    const from = Math.max(first, 1);
    const to = Math.min(before === undefined ? first + limit - 1 : before - 1, log.length);
    return { ok: { events: log.slice(from - 1, to), head: log.length, first: 1 } };
  });
}

async function withHistory(read = HEAD): Promise<Rig & { log: ChatEvent[] }> {
  const log = Array.from({ length: HEAD }, (_, i): ChatEvent => message(i + 1, { time: (i + 1) * EVERY_MS }));
  const entry = entryOf({ head: HEAD, n: HEAD, read, unread: HEAD - read, delivered: HEAD });
  const rig = await signedIn([entry], (server) => keeps(server, log));
  return { ...rig, log };
}

function seqsOf(excerpt: Excerpt): Seq[] {
  return excerpt.timeline.getSnapshot().items.map((item) => item.seq ?? 0);
}

function textAt(excerpt: Excerpt, seq: Seq): string | undefined {
  const item = excerpt.timeline.getSnapshot().items.find((one) => one.seq === seq);
  return item?.type === "message" ? item.text : undefined;
}

test("a window begins anywhere, slides both ways, and never holds more than it may", async () => {
  const { parley } = await withHistory();
  const excerpt = parley.past.open(CHAT)!;
  await excerpt.around(1500);
  assert.deepEqual([seqsOf(excerpt)[0], seqsOf(excerpt).at(-1)], [1450, 1549]);
  for (let i = 0; i < 40; i++) {
    await excerpt.older();
    const seqs = seqsOf(excerpt);
    assert.ok(seqs.length <= EXCERPT_ROWS_MAX);
    assert.deepEqual(seqs, Array.from({ length: seqs.length }, (_, k) => seqs[0]! + k));
  }
  assert.equal(seqsOf(excerpt)[0], 1);
  assert.equal(excerpt.timeline.getSnapshot().has_older, false);
  for (let i = 0; i < 100; i++) await excerpt.newer();
  const seqs = seqsOf(excerpt);
  assert.deepEqual([seqs.length, seqs.at(-1)], [EXCERPT_ROWS_MAX, HEAD]);
  assert.equal(excerpt.timeline.getSnapshot().has_newer, false);
  assert.equal(excerpt.timeline.getSnapshot().has_older, true);
});

test("what happens to a message far back is seen in its window, and not after its end", async () => {
  const { clock, server, parley, log } = await withHistory();
  const excerpt = parley.past.open(CHAT)!;
  await excerpt.around(1500);
  let heard = 0;
  excerpt.timeline.subscribe(() => heard++);
  const edit: EventEdit = { ...message(HEAD + 1), type: "edit", target: 1500, text: "again" } as never;
  log.push(edit);
  server.event(edit);
  await clock.pass(0);
  assert.equal(textAt(excerpt, 1500), "again");
  assert.ok(heard > 0);
  parley.past.end(excerpt);
  const gone: EventDelete = { ...message(HEAD + 2), type: "delete", target: 1500 } as never;
  log.push(gone);
  server.event(gone);
  await clock.pass(0);
  assert.equal(textAt(excerpt, 1500), "again");
});

test("a change that overtakes its page is not lost", async () => {
  const { clock, server, parley, log } = await withHistory();
  await parley.loadOlder(CHAT);
  const excerpt = parley.past.open(CHAT)!;
  const edit: EventEdit = { ...message(HEAD + 1), type: "edit", target: 1500, text: "again" } as never;
  const answer = server.scripts.get("message.history")!;
  server.on("message.history", async (args) => {
    // Read before the edit, told after it.
    const page = await answer(args);
    log.push(edit);
    server.event(edit);
    await new Promise((resolve) => setImmediate(resolve));
    return page;
  });
  await excerpt.around(1500);
  await clock.pass(0);
  assert.equal(textAt(excerpt, 1500), "again");
});

test("a window knows where the end begins once that is learned anew", async () => {
  const { clock, server, parley, log } = await withHistory();
  await parley.loadOlder(CHAT);
  const excerpt = parley.past.open(CHAT)!;
  await excerpt.around(HEAD - 20);
  assert.equal(excerpt.joined, true);
  while (log.length < 2 * HEAD) log.push(message(log.length + 1));
  server.entries = [entryOf({ head: 2 * HEAD, n: 2 * HEAD, read: HEAD, unread: HEAD })];
  server.on("conversation.events", () => ({ ok: { events: [], head: 2 * HEAD, page: true } }));
  server.event(log.at(-1)!);
  await clock.pass(1000);
  assert.equal(excerpt.joined, false);
  await excerpt.newer();
  assert.equal(seqsOf(excerpt).at(-1), HEAD + 50);
});

test("what is read in a window counts, where the copy does not know it", async () => {
  const { clock, server, parley } = await withHistory(0);
  const excerpt = parley.past.open(CHAT)!;
  await excerpt.around(1500);
  parley.markRead(CHAT, 1510);
  await clock.pass(1000);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.unread, HEAD - 1510);
  assert.deepEqual(server.askedFor("receipt.read").map(({ seq }) => seq), [1510]);
});

test("the first at or after a time is found by a few questions", async () => {
  const { server, parley } = await withHistory();
  assert.equal(await parley.past.firstSince(CHAT, 1234 * EVERY_MS), 1234);
  assert.equal(await parley.past.firstSince(CHAT, 1234 * EVERY_MS + 1), 1235);
  assert.equal(await parley.past.firstSince(CHAT, 0), 1);
  assert.equal(await parley.past.firstSince(CHAT, (HEAD + 9) * EVERY_MS), HEAD);
  assert.equal(await parley.past.firstSince("999", 0), undefined);
  assert.ok(server.askedFor("message.history").filter(({ limit }) => limit === 1).length <= 4 * 12);
});
