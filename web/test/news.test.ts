import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageView } from "parley-client";
import { newestSeq, newsBehind } from "../src/conversation/news.ts";

function said(seq: number | undefined, change: Partial<MessageView> = {}): MessageView {
  return {
    type: "message", id: `#${seq}`, sender: "2", own: false, kind: "text", text: "ok", seq, time: 0, forwarded: false,
    edited: false, deleted: false, reactions: [], mentions: [], mentioned: false, ...change,
  };
}

test("all that others said behind what was known is news, the same words twice as well", () => {
  const items = [said(1), said(2), said(3, { own: true }), said(4), said(5, { deleted: true }), said(undefined, { own: true })];
  assert.deepEqual(newsBehind(items, 1).map(({ seq }) => seq), [2, 4]);
  assert.deepEqual(newsBehind(items, 4), []);
  assert.equal(newestSeq(items), 5);
});

test("of a flood the newest are said", () => {
  const items = Array.from({ length: 100 }, (_, i) => said(i + 1));
  assert.deepEqual(newsBehind(items, 0).map(({ seq }) => seq), [96, 97, 98, 99, 100]);
  assert.equal(newestSeq([]), 0);
});
