import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConversationView, MessageView } from "parley-client";
import { isWorthAWord } from "../src/alerts/worth.ts";

const NOW = 1_000_000;
const LAST: MessageView = {
  type: "message", id: "#9", sender: "2", own: false, kind: "text", text: "hello", seq: 9, time: NOW, forwarded: false,
  edited: false, deleted: false, reactions: [], mentions: [], mentioned: false,
};
const VIEW: ConversationView = {
  conversation: "7", kind: "direct", announce: false, timer: 0, retention: 0, left: false, first: 1, head: 9, time: NOW,
  unread: 1, read: 8, archived: false, request: false, marked_unread: false, last: LAST,
};

test("what is new, unread and another's is worth a word, once", () => {
  assert.equal(isWorthAWord(VIEW, 8, NOW), true);
  assert.equal(isWorthAWord(VIEW, 9, NOW), false);
  assert.equal(isWorthAWord({ ...VIEW, unread: 0 }, 8, NOW), false);
  for (const change of [{ own: true }, { deleted: true }]) {
    assert.equal(isWorthAWord({ ...VIEW, last: { ...LAST, ...change } }, 8, NOW), false);
  }
});

test("of what is muted or archived a mention alone", () => {
  for (const quiet of [{ archived: true }, { muted_until: NOW + 1 }]) {
    assert.equal(isWorthAWord({ ...VIEW, ...quiet }, 8, NOW), false);
    assert.equal(isWorthAWord({ ...VIEW, ...quiet, mention: 9 }, 8, NOW), true);
  }
  assert.equal(isWorthAWord({ ...VIEW, muted_until: NOW - 1 }, 8, NOW), true);
});
