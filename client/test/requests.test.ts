/** What strangers begin stands apart until one accepts or answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "../src/index.ts";
import type { Rig } from "./rig.ts";
import { CHAT, ME, PEER, entryOf, message, signedIn } from "./rig.ts";

const listed = ({ parley }: Rig): [string[], string[], number] => [
  parley.conversations.getSnapshot().map((view) => view.conversation),
  parley.requests.getSnapshot().map((view) => view.conversation),
  parley.unread.getSnapshot(),
];

test("a request that is pushed is no conversation like the others, until an answer", async () => {
  const rig = await signedIn([]);
  const first = message(1, { request: true });
  rig.server.entries = [entryOf({ request: true, head: 1, n: 1, unread: 1, last: first })];
  rig.server.on("conversation.events", () => ({ ok: { events: [first], head: 1, page: false } }));
  rig.server.event(first);
  await rig.clock.pass(1000);
  assert.deepEqual(listed(rig), [[], [CHAT], 0]);
  rig.server.event(message(2));
  await rig.clock.pass(0);
  assert.deepEqual(listed(rig), [[], [CHAT], 0]);
  rig.server.event(message(3, { sender: ME, accepts: true }));
  await rig.clock.pass(0);
  assert.deepEqual(listed(rig), [[CHAT], [], 3]); // one's own too, behind what is unread
  assert.equal(rig.parley.conversation(CHAT).getSnapshot()?.request, false);
});

test("what one writes first to a stranger is no request to oneself", async () => {
  const rig = await signedIn([entryOf()]);
  rig.server.event(message(1, { sender: ME, request: true }));
  rig.server.event(message(2, { accepts: true }));
  await rig.clock.pass(0);
  assert.deepEqual(listed(rig), [[CHAT], [], 1]);
});

test("accepting takes its event, and an older entry does not take it back", async () => {
  const asked = entryOf({ request: true, head: 1, n: 1, unread: 1 });
  const rig = await signedIn([asked]);
  rig.server.on("conversation.accept", () => ({ ok: { conversation: CHAT, seq: 2, n: 1, rev: 2, time: 2, known: false } }));
  const accepted = rig.parley.accept(CHAT);
  await rig.clock.pass(0);
  assert.equal((await accepted).seq, 2);
  assert.deepEqual(listed(rig), [[], [CHAT], 0]);
  rig.server.event({ conversation: CHAT, seq: 2, n: 1, rev: 2, time: 2, sender: ME, type: "accept", accepts: true } as ChatEvent);
  await rig.clock.pass(0);
  assert.deepEqual(listed(rig), [[CHAT], [], 1]);
  rig.server.on("sync", () => ({ ok: { token: "t1", incarnation: rig.server.incarnation, entries: [asked], more: false } }));
  await Promise.all([rig.parley.compare(), rig.clock.pass(0)]);
  assert.deepEqual(listed(rig), [[CHAT], [], 1]);
});

test("whom one blocks is not shown for their request", async () => {
  const rig = await signedIn([
    entryOf({ request: true, head: 1, n: 1 }), entryOf({ conversation: ME, kind: "own", head: 0 }),
  ]);
  assert.deepEqual(listed(rig), [[], [CHAT], 0]);
  const own = { conversation: ME, n: 0, time: 0, sender: ME, user: PEER };
  rig.server.event({ ...own, type: "block", seq: 1, rev: 1 });
  await rig.clock.pass(0);
  assert.deepEqual(listed(rig), [[], [], 0]);
  rig.server.event({ ...own, type: "unblock", seq: 2, rev: 2 });
  await rig.clock.pass(0);
  assert.deepEqual(listed(rig), [[], [CHAT], 0]);
});
