/** What the events of a group make of its view, and of what one had before one went. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "../src/api.ts";
import { CHAT, ME, PEER, entryOf, message, signedIn, texts } from "./rig.ts";

const group = (changes: object = {}) =>
  entryOf({ kind: "group", title: "g", role: "member", peer: undefined as never, ...changes });
const event = (seq: number, type: string, fields: object, sender = PEER): ChatEvent =>
  ({ conversation: CHAT, seq, n: 0, rev: seq, time: 0, sender, type, ...fields }) as ChatEvent;

test("what a group says of itself follows its events, and ends when one goes", async () => {
  const { clock, server, parley } = await signedIn([group()]);
  const view = parley.conversation(CHAT);
  server.event(event(1, "description", { description: "what we do" }));
  server.event(event(2, "picture", { picture: "7" }));
  server.event(event(3, "announce", { on: true }));
  await clock.pass(0);
  const shown = view.getSnapshot();
  assert.deepEqual([shown?.description, shown?.picture, shown?.announce], ["what we do", "7", true]);
  server.event(event(4, "description", { description: "" }));
  server.event(event(5, "picture", {}));
  server.event(event(6, "announce", { on: false }));
  await clock.pass(0);
  assert.ok(!("description" in (view.getSnapshot() as object)) && !("picture" in (view.getSnapshot() as object)));
  assert.equal(view.getSnapshot()?.announce, false);
  server.event(event(7, "picture", { picture: "8" }));
  server.event(event(8, "removed", { user: ME }));
  await clock.pass(0);
  assert.equal(view.getSnapshot()?.left, true);
  assert.ok(!("picture" in (view.getSnapshot() as object)));
});

test("a hand-over changes both, whichever of them one is", async () => {
  for (const [owner, heir] of [[ME, PEER], [PEER, ME]] as const) {
    const { clock, server, parley } = await signedIn([group({ role: owner === ME ? "owner" : "member" })]);
    server.event(event(1, "role", { user: heir, role: "owner" }, owner));
    await clock.pass(0);
    assert.equal(parley.conversation(CHAT).getSnapshot()?.role, heir === ME ? "owner" : "admin");
  }
});

test("an event of a type that is not known changes nothing else", async () => {
  const { clock, server, parley } = await signedIn([group()]);
  server.event(event(1, "of a later version", { what: "ever" }));
  server.event(message(2));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["of a later version", "m2"]);
});

test("who is back at once, reading from there on, keeps nothing of before", async () => {
  const { clock, server, parley, storage } = await signedIn([group()]);
  server.event(message(1));
  server.event(event(2, "left", { user: ME }, ME));
  await clock.pass(0);
  assert.deepEqual(texts(parley), ["m1", "left"]);
  server.on("conversation.get", () => ({ ok: { ...group({ head: 3, first: 3, n: 1, read: 3 }), members: [] } }));
  server.event(event(3, "joined", { user: ME, invite: 1 }, ME));
  await clock.pass(1000);
  const view = parley.conversation(CHAT).getSnapshot();
  assert.deepEqual([view?.left, view?.first, view?.unread, view?.last], [false, 3, 0, undefined]);
  assert.deepEqual(texts(parley), ["joined"]);
  assert.deepEqual((await storage.scan("copy/row/")).map(([, row]) => (row as ChatEvent).seq), [3]);
});

test("a join goes out once, however often its answer is lost, and names no `after` of its own", async () => {
  const { clock, server, parley } = await signedIn([]);
  let lost = 2;
  server.on("group.join", () => lost-- > 0
    ? { error: { code: "unavailable", message: "", retry_after_ms: 10 } }
    : { ok: { conversation: CHAT, seq: 5, n: 0, time: 1, rev: 5 } });
  server.on("conversation.get", () => ({ ok: { ...group({ head: 5, first: 5, read: 5 }), members: [] } }));
  const joined = parley.groups.join("token");
  await clock.pass(5000);
  assert.equal((await joined).conversation, CHAT);
  const asked = server.askedFor("group.join");
  assert.equal(asked.length, 3);
  assert.equal(new Set(asked.map((args) => args["key"])).size, 1);
  assert.ok(asked.every((args) => args["after"] === 0 && args["token"] === "token"));
  assert.equal(parley.conversation(CHAT).getSnapshot()?.first, 5);
});
