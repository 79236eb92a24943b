import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageView, NoticeView, TimelineView } from "parley-client";
import { linesOf } from "../src/conversation/lines.ts";

const NOON = new Date(2026, 4, 20, 12).getTime();
const MINUTE = 60_000;

function message(seq: number, changes: Partial<MessageView> = {}): MessageView {
  return {
    type: "message", id: `#${seq}`, sender: "200", own: false, kind: "text", text: `${seq}`, seq,
    time: NOON + seq, forwarded: false, edited: false, deleted: false, reactions: [], mentions: [], mentioned: false, ...changes,
  };
}

function notice(seq: number): NoticeView {
  const event = {
    type: "title" as const, title: "x", conversation: "700", seq, n: 0, rev: seq, time: NOON, sender: "200",
  };
  return { type: "notice", id: `#${seq}`, seq, time: NOON + seq, event };
}

/** Each line as a word: a `*` stands where a turn starts. */
function shape(items: TimelineView["items"], readTo?: number, has_older = false): string {
  return linesOf({ items, has_older, full: false, loading: false }, readTo).map((line) =>
    (line.type === "message" ? `${line.message.text}${line.startsTurn ? "*" : ""}` : line.type)).join(" ");
}

test("messages of one person within minutes are one turn", () => {
  const other = { sender: "100", own: true };
  assert.equal(shape([message(1), message(2), message(3, other), message(4)]), "day 1* 2 3* 4*");
  assert.equal(shape([message(1), message(2, { time: NOON + 6 * MINUTE })]), "day 1* 2*");
  assert.equal(shape([message(1), notice(2), message(3)]), "day 1* notice 3*");
});

test("each day has its line, also where the night is short", () => {
  const midnight = new Date(2026, 4, 21).getTime();
  const items = [message(1, { time: midnight - 1 }), message(2, { time: midnight })];
  assert.equal(shape(items), "day 1* day 2*");
});

test("the line of what is unread stands once, before the first that is not one's own", () => {
  const own = { sender: "100", own: true };
  assert.equal(shape([message(1), message(2), message(3)], 1), "day 1* unread 2* 3");
  assert.equal(shape([message(1), message(2, own), message(3)], 1), "day 1* 2* unread 3*");
  assert.equal(shape([message(1), message(2)], 2), "day 1* 2");
  assert.equal(shape([message(1), message(2)]), "day 1* 2");
});

test("with older ones to come no line stands that they could take away", () => {
  assert.equal(shape([message(5), message(6)], 1, true), "5* 6");
  assert.equal(shape([message(1), message(2)], 0), "day unread 1* 2");
});

test("ids are never the same twice", () => {
  const items = [message(1), notice(2), message(3, { time: NOON + 48 * 60 * MINUTE })];
  const ids = linesOf({ items, has_older: false, full: false, loading: false }, 0).map((line) => line.id);
  assert.equal(new Set(ids).size, ids.length);
});
