/** What is told of one's account, and what one changes of it by the password. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Seq } from "../src/index.ts";
import { ME, entryOf, signedIn } from "./rig.ts";

const own = (seq: Seq): { conversation: string; seq: Seq; rev: Seq; n: number; time: number; sender: string } =>
  ({ conversation: ME, seq, rev: seq, n: 0, time: 0, sender: ME });
const rig = () => signedIn([entryOf({ conversation: ME, kind: "own", head: 1 })]);

test("who signed in, and what became of the factor, is kept: the newest of it", async () => {
  const { clock, server, parley } = await rig();
  server.event({ ...own(2), type: "signed_in", device: "7", name: "phone" });
  server.event({ ...own(3), type: "second_factor", change: "enabled", device: "7" });
  await clock.pass(0);
  assert.deepEqual(parley.account.news.getSnapshot().map(({ type }) => type), ["signed_in", "second_factor"]);
  for (let seq = 4; seq < 40; seq++) server.event({ ...own(seq), type: "signed_in", device: String(seq), name: "x" });
  await clock.pass(0);
  assert.deepEqual(parley.account.news.getSnapshot().map(({ seq }) => seq), Array.from({ length: 20 }, (_, i) => 20 + i));
  // Of a log that is not one's own it is nobody's news.
  server.event({ ...own(2), conversation: "700", type: "signed_in", device: "8", name: "x" });
  await clock.pass(0);
  assert.equal(parley.account.news.getSnapshot().length, 20);
});

test("the session has the name that one has now", async () => {
  const { clock, server, parley } = await rig();
  server.event({ ...own(2), type: "rename", username: "annette" });
  await clock.pass(0);
  assert.equal(parley.session.getSnapshot()?.username, "annette");
});

test("what had no answer is asked again with its key, what was refused is not", async () => {
  const { server, parley } = await rig();
  const keys: string[] = [];
  let answer: unknown = { error: { code: "unavailable", message: "", retry_after_ms: 1 } };
  server.on("account.rename", (args) => {
    keys.push(args["key"]);
    return answer as { error: { [name: string]: unknown } };
  });
  await assert.rejects(parley.account.rename("ann", "password"), { code: "unavailable" });
  answer = { error: { code: "name_taken", message: "" } };
  await assert.rejects(parley.account.rename("ann", "password"), { code: "name_taken" });
  await assert.rejects(parley.account.rename("ann", "password"), { code: "name_taken" });
  await assert.rejects(parley.account.rename("bob", "password"), { code: "name_taken" });
  assert.equal(keys[0], keys[1]);
  assert.equal(new Set(keys).size, 3);
});

test("recovery codes are told to whoever asked", async () => {
  const { server, parley } = await rig();
  server.on("account.enable_second_factor", () => ({ ok: { recovery_codes: ["A"] } }));
  server.on("account.new_recovery_codes", () => ({ ok: { recovery_codes: ["B"] } }));
  assert.deepEqual(await parley.account.enableSecondFactor("password", "S", "000000"), ["A"]);
  assert.deepEqual(await parley.account.newRecoveryCodes("password", "000000"), ["B"]);
});
