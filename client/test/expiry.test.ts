/** Words go on the device when their time has come, without a word from the server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventEdit, EventMessage } from "../src/api.ts";
import { MemoryStorage } from "../src/storage.ts";
import { CHAT, ME, PEER, entryOf, makeParley, message, signedIn, texts } from "./rig.ts";

/** The rig's server says that it is this late when somebody connects. */
const THEN = 5_000_000;

function withClock(server: { on: (cmd: "auth", script: () => { ok: object }) => void }): void {
  server.on("auth", () => ({
    ok: { user: ME, device: "1", incarnation: "a", heartbeat_ms: 5000, time: THEN, limits: {}, rates: {} },
  }));
}

function going(seq: number, expires: number, changes: Partial<EventMessage> = {}): EventMessage {
  return message(seq, { expires, mentions: [ME], reactions: [{ user: PEER, emoji: "x" }], ...changes });
}

test("words go by the server's clock, from the rows, the list and the storage", async () => {
  const storage = new MemoryStorage();
  const { clock, parley, server } = await signedIn([entryOf()], withClock, storage);
  // The rig has let 4 s pass since the greeting.
  server.event(going(1, THEN + 10_000));
  server.event(going(2, THEN + 20_000));
  server.event(message(3));
  const edit: EventEdit = {
    conversation: CHAT, seq: 4, n: 3, rev: 4, time: 4, sender: PEER, type: "edit", target: 2, text: "again",
    expires: THEN + 20_000, mentions: [ME],
  };
  server.event(edit);
  await clock.pass(5900);
  assert.deepEqual(texts(parley), ["m1", "again", "m3"]);
  await clock.pass(200);
  assert.deepEqual(texts(parley), [undefined, "again", "m3"]);
  const [first] = parley.timeline(CHAT).getSnapshot().items;
  assert.ok(first?.type === "message" && first.deleted && first.reactions.length === 0 && !first.mentioned);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.mention, 2);
  await clock.pass(10_000);
  assert.deepEqual(texts(parley), [undefined, undefined, "m3"]);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.mention, undefined);
  const kept = JSON.stringify(await storage.scan("copy/row/"));
  assert.ok(kept.includes("m3") && !kept.includes("m1") && !kept.includes("again"), kept);
});

test("what went while the device was off is not shown, and leaves its storage", async () => {
  const storage = new MemoryStorage();
  const { clock, parley, server } = await signedIn([entryOf()], () => {}, storage);
  const wall = clock.wall();
  server.event(going(1, wall + 60_000));
  server.event(going(2, wall + 7_200_000));
  await clock.pass(0);
  parley.stop();
  const later = { wall: () => wall + 3_600_000, now: () => clock.now(), random: () => 0.5, after: clock.after.bind(clock) };
  const again = makeParley(server, later, storage);
  await again.load();
  assert.deepEqual(texts(again), [undefined, "m2"]);
  assert.ok(!JSON.stringify(await storage.scan("copy/row/")).includes("m1"));
  again.stop();
});

test("the last message of a list goes too", async () => {
  const entry = entryOf({ head: 1, n: 1, unread: 1, last: going(1, THEN + 10_000) });
  const { clock, parley } = await signedIn([entry], withClock);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.last?.text, "m1");
  await clock.pass(10_000);
  const last = parley.conversation(CHAT).getSnapshot()?.last;
  assert.ok(last?.deleted && last.text === undefined);
});

test("a timer that is far off is waited for", async () => {
  const { clock, parley, server } = await signedIn([entryOf()], withClock);
  const DAY = 86_400_000;
  server.event(going(1, THEN + DAY));
  await clock.pass(DAY - 10_000);
  assert.deepEqual(texts(parley), ["m1"]);
  await clock.pass(10_000);
  assert.deepEqual(texts(parley), [undefined]);
});
