/** Where one reads: jumps into the past, the way on to the end, and what is shown where both meet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent, Seq } from "parley-client";
import { ROWS_OPEN_MAX } from "../../client/src/copy.ts";
import type { Rig } from "../../client/test/rig.ts";
import { CHAT, entryOf, message, signedIn } from "../../client/test/rig.ts";
import { Reading } from "../src/store/reading.ts";

const HEAD = 400;

async function reader(): Promise<Rig & { reading: Reading }> {
  const rig = await signedIn([entryOf({ head: HEAD, n: HEAD, read: HEAD, delivered: HEAD })], (server) => {
    server.on("message.history", ({ before, after, around, limit }) => {
      const head = server.entries[0]!.head;
      const first = around !== undefined ? around - limit / 2 : after !== undefined ? after + 1 : (before ?? head + 1) - limit;
      const last = before === undefined ? first + limit - 1 : before - 1;
      const events = [];
      for (let seq = Math.max(first, 1); seq <= Math.min(last, head); seq++) events.push(message(seq));
      return { ok: { events, head, first: 1 } };
    });
  });
  await rig.parley.loadOlder(CHAT);
  const reading = new Reading(rig.parley, CHAT);
  reading.begin();
  return { ...rig, reading };
}

function seqsOf(reading: Reading): (Seq | undefined)[] {
  return reading.timeline.getSnapshot().items.map((item) => item.seq);
}

function from(first: Seq, last: Seq): Seq[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

test("a jump goes to what is shown without asking, and elsewhere through a window", async () => {
  const { server, reading } = await reader();
  const asked = server.askedFor("message.history").length;
  await reading.goTo(380);
  assert.equal(server.askedFor("message.history").length, asked);
  assert.deepEqual(reading.target.getSnapshot(), { to: 380 });
  await reading.goTo(100);
  assert.deepEqual(seqsOf(reading), from(50, 149));
  assert.equal(reading.timeline.getSnapshot().has_newer, true);
  reading.goToLatest();
  assert.deepEqual(seqsOf(reading), from(351, HEAD));
  assert.deepEqual(reading.target.getSnapshot(), { to: "end" });
  assert.equal(reading.timeline.getSnapshot().has_newer, false);
});

test("scrolled on to the end, the past and the end are one list without a hole, and news come in", async () => {
  const { clock, server, reading } = await reader();
  await reading.goTo(100);
  while (reading.timeline.getSnapshot().has_newer) {
    const before = seqsOf(reading);
    await reading.newer();
    // Nothing that was shown goes.
    assert.deepEqual(seqsOf(reading).slice(0, before.length), before);
  }
  assert.deepEqual(seqsOf(reading), from(50, HEAD));
  server.event(message(HEAD + 1));
  await clock.pass(0);
  assert.deepEqual(seqsOf(reading), from(50, HEAD + 1));
  await reading.older();
  assert.deepEqual(seqsOf(reading), from(1, HEAD + 1));
});

/** So much came that the copy begins anew. */
async function missesMuch({ clock, server }: Rig): Promise<void> {
  server.entries = [entryOf({ head: 2 * HEAD, n: 2 * HEAD, read: HEAD, unread: HEAD })];
  server.on("conversation.events", () => ({ ok: { events: [], head: 2 * HEAD, page: true } }));
  server.event(message(2 * HEAD));
  await clock.pass(1000);
}

test("where both were shown as one the end is shown once it is learned anew, a window in the past stays", async () => {
  const rig = await reader();
  const { parley, reading } = rig;
  parley.open(CHAT);
  await reading.goTo(200);
  while (reading.timeline.getSnapshot().has_newer) await reading.newer();
  await missesMuch(rig);
  assert.deepEqual(seqsOf(reading), from(2 * HEAD - 49, 2 * HEAD));
  assert.equal([...parley.past.all()].length, 0);

  const other = await reader();
  await other.reading.goTo(200);
  await missesMuch(other);
  assert.deepEqual(seqsOf(other.reading), from(150, 249));
});

test("when the end gives its oldest away, who reads in a window that met it stays there, who reads at the end here", async () => {
  const { clock, server, parley, reading } = await reader();
  parley.open(CHAT);
  const head = 350 + ROWS_OPEN_MAX;
  server.entries = [entryOf({ head: head + 50, n: head + 50 })];
  for (let seq = HEAD + 1; seq <= head; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.deepEqual(seqsOf(reading), from(351, head));
  await reading.older();
  assert.deepEqual(seqsOf(reading), from(300, head));
  reading.seenIn(() => 310);
  for (let seq = head + 1; seq <= head + 50; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.deepEqual(seqsOf(reading), from(300, 399));
  await reading.newer();
  assert.deepEqual(seqsOf(reading), from(300, head + 50));
  reading.seenIn(() => head + 40);
  for (let seq = head + 51; seq <= head + 100; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.deepEqual(seqsOf(reading), from(451, head + 100));
});

test("a jump to what is not shown, be it hidden or from before one came, leads nowhere and says so", async () => {
  const { server, parley, reading } = await reader();
  const answer = server.scripts.get("message.history")!;
  server.on("message.history", async (args) => {
    const page = (await answer(args)) as { ok: { events: ChatEvent[]; head: Seq; first: Seq } };
    return { ok: { ...page.ok, events: page.ok.events.filter(({ seq }) => seq >= 50) } };
  });
  await assert.rejects(reading.goTo(20), { code: "not_found" });
  assert.equal(reading.target.getSnapshot(), undefined);
  assert.deepEqual(seqsOf(reading), from(351, HEAD));
  server.on("message.history", () => ({ error: { code: "forbidden", message: "" } }));
  await assert.rejects(reading.goTo(100), { code: "forbidden" });
  assert.equal([...parley.past.all()].length, 0);
});

test("of two jumps the last is made, whichever page comes first and whatever else loads", async () => {
  const { clock, server, parley, reading } = await reader();
  await reading.goTo(200);
  const answer = server.scripts.get("message.history")!;
  const answers: (() => void)[] = [];
  server.on("message.history", async (args) => {
    await new Promise<void>((resolve) => answers.push(resolve));
    return answer(args);
  });
  const older = reading.older(), reach = reading.reach(50), first = reading.goTo(100), last = reading.goTo(300);
  await clock.pass(0);
  answers.reverse().forEach((go) => go());
  await Promise.all([older, first, last]);
  assert.equal(await reach, false);
  assert.deepEqual(reading.target.getSnapshot(), { to: 300 });
  assert.deepEqual(seqsOf(reading), from(250, 349));
  assert.equal([...parley.past.all()].length, 1);

  // And the one before complains of nothing.
  server.on("message.history", () => ({ error: { code: "forbidden", message: "" } }));
  const refused = reading.goTo(50);
  reading.goToLatest();
  await refused;
  assert.deepEqual(reading.target.getSnapshot(), { to: "end" });
});

test("what is reached late is gone to, unless one goes elsewhere; what is not there, to what follows it", async () => {
  const { clock, server, reading } = await reader();
  const answer = server.scripts.get("message.history")!;
  server.on("message.history", async (args) => {
    const page = (await answer(args)) as { ok: { events: ChatEvent[] } };
    return { ok: { ...page.ok, events: page.ok.events.filter(({ seq }) => seq !== 100) } };
  });
  await reading.reachLate(100, () => true);
  assert.deepEqual(reading.target.getSnapshot(), { to: 101 });
  assert.deepEqual(seqsOf(reading)[0], 50);
  await reading.reachLate(390, () => false);
  assert.deepEqual(reading.target.getSnapshot(), { to: 101 });
  const there = reading.goTo(300);
  await reading.reachLate(200, () => true);
  await there;
  await clock.pass(0);
  assert.deepEqual(reading.target.getSnapshot(), { to: 300 });
});

test("a jump to a day goes to the first line at or behind it, else to the newest, and is done", async () => {
  const { clock, server, reading } = await reader(); // a message a millisecond
  await reading.goToDay(120);
  assert.deepEqual(reading.target.getSnapshot(), { to: 120 });
  reading.goToLatest();
  server.event({ ...message(HEAD + 1, { time: 9000 }), type: "reaction", target: HEAD, emoji: "x", n: HEAD } as never);
  await clock.pass(0);
  await reading.goToDay(8000);
  assert.deepEqual(reading.target.getSnapshot(), { to: HEAD });
});

test("who has ended hears of nothing any more", async () => {
  const { clock, server, parley } = await reader();
  const reading = new Reading(parley, CHAT);
  const end = reading.begin();
  await reading.goTo(100);
  end();
  let heard = 0;
  reading.timeline.subscribe(() => heard++);
  server.event(message(HEAD + 1));
  await clock.pass(0);
  assert.equal(heard, 0);
  assert.equal([...parley.past.all()].length, 0);
});
