/** What is asked again, and until when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Request } from "../src/asker.ts";
import { Asker } from "../src/asker.ts";
import { CHAT, ManualClock, entryOf, message, settle, signedIn } from "./rig.ts";

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

test("what can wait is asked after all that cannot, and then all of it", async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const request = ((cmd: string) => {
    asked.push(cmd);
    return new Promise((resolve) => answers.push(() => resolve({})));
  }) as Request;
  const asker = new Asker(request, new ManualClock());
  const names = Array.from({ length: 20 }, (_, i) => asker.askLater("user.get", { user: `${i}` }));
  const lists = [asker.ask("conversation.list", {}), asker.ask("conversation.list", {})];
  await settle();
  assert.equal(asked.length, 8);
  for (let answered = 0; answered < 22; answered++) {
    answers[answered]?.();
    await settle();
  }
  await Promise.all([...names, ...lists]);
  assert.equal(asked.length, 22);
  assert.deepEqual(asked.slice(8, 11), ["conversation.list", "conversation.list", "user.get"]);
});
