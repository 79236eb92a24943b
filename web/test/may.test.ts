/** What one may do with a message, by where one stands in its conversation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConversationView } from "parley-client";
import { mayIn } from "../src/message/may.ts";

const GROUP: ConversationView = {
  conversation: "1", kind: "group", announce: false, timer: 0, retention: 0, left: false, role: "member", first: 1, head: 1,
  time: 0, unread: 0, read: 0, archived: false, request: false, marked_unread: false,
};

function may(changes: Partial<ConversationView>, isBlocked = false): string {
  const { write, react, remove, rule, pin } = mayIn({ ...GROUP, ...changes }, isBlocked);
  return Object.entries({ write, react, remove, rule, pin }).filter(([, may]) => may).map(([what]) => what).join(" ");
}

test("a member writes and reacts, an admin rules, who left does nothing any more", () => {
  assert.equal(may({}), "write react remove");
  for (const role of ["admin", "owner"] as const) assert.equal(may({ role }), "write react remove rule pin");
  assert.equal(may({ left: true, role: undefined }), "");
  assert.equal(mayIn(undefined, false).write, false);
});

test("where admins alone write a member reacts, and takes what they wrote away", () => {
  assert.equal(may({ announce: true }), "react remove");
  assert.equal(may({ announce: true, role: "admin" }), "write react remove rule pin");
});

test("to whom one blocks one says nothing, and may take one's words away", () => {
  assert.equal(may({ kind: "direct", role: undefined }), "write react remove pin");
  assert.equal(may({ kind: "direct", role: undefined }, true), "remove");
  assert.equal(may({ kind: "direct", role: undefined, request: true }), "write react remove");
});
