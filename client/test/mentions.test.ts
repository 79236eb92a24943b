/** Which unread message mentions one, worked out of entries and events in any order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventEdit } from "../src/api.ts";
import { CHAT, ME, PEER, entryOf, message, signedIn } from "./rig.ts";

const edit = (seq: number, target: number, changes: Partial<EventEdit> = {}): EventEdit => ({
  conversation: CHAT, seq, n: target, rev: seq, time: seq, sender: PEER, type: "edit", target,
  text: "now", ...changes,
});

test("a mention is shown until it is read, taken back or deleted", async () => {
  const { parley, server } = await signedIn([entryOf({ head: 2, n: 2, unread: 2, mention: 1 })]);
  const mention = (): number | undefined => parley.conversation(CHAT).getSnapshot()?.mention;
  assert.equal(mention(), 1);
  server.event(message(3, { mentions: [ME] }));
  assert.equal(mention(), 3);
  server.event(message(4, { mentions: [PEER] }));
  assert.equal(mention(), 3);
  server.event(edit(5, 3));
  assert.equal(mention(), undefined);
  server.event(edit(6, 4, { n: 4, mentions: [ME] }));
  assert.equal(mention(), 4);
  const item = parley.timeline(CHAT).getSnapshot().items.find((one) => one.type === "message" && one.seq === 4);
  assert.ok(item?.type === "message" && item.mentioned);
  parley.markRead(CHAT, 4);
  assert.equal(mention(), undefined);
});

test("a delete takes the mention away", async () => {
  const { parley, server } = await signedIn([entryOf()]);
  server.event(message(1, { mentions: [ME] }));
  assert.equal(parley.conversation(CHAT).getSnapshot()?.mention, 1);
  server.event({
    conversation: CHAT, seq: 2, n: 1, rev: 2, time: 2, sender: PEER, type: "delete", target: 1,
  });
  assert.equal(parley.conversation(CHAT).getSnapshot()?.mention, undefined);
  const item = parley.timeline(CHAT).getSnapshot().items[0];
  assert.ok(item?.type === "message" && item.deleted && !item.mentioned);
});
