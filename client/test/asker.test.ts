/** What is asked again, and until when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAT, entryOf, message, signedIn } from "./rig.ts";

test("what one asked for and was told to ask again later is not asked for as the next one", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  await clock.pass(1000);
  server.on("receipt.read", () => ({ error: { code: "rate_limited", message: "", retry_after_ms: 10_000 } }));
  parley.markRead(CHAT);
  await clock.pass(1000);
  assert.equal(server.askedFor("receipt.read").length, 1);
  await parley.signOut();
  server.entries = [entryOf({ head: 1, n: 1, unread: 1 })];
  await parley.signIn({ username: "another", password: "12345678" });
  await clock.pass(60_000);
  assert.equal(server.askedFor("receipt.read").length, 1);
});
