/** Who may what with one: as the account says, kept up by the own log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent, Privacy, Seq } from "../src/index.ts";
import { ME, entryOf, settle, signedIn } from "./rig.ts";

const OPEN: Privacy = {
  last_seen: "everyone", picture: "everyone", receipts: "everyone", groups: "everyone", write: "everyone",
};
const own = (seq: Seq): { conversation: string; seq: Seq; rev: Seq; n: number; time: number; sender: string } =>
  ({ conversation: ME, seq, rev: seq, n: 0, time: 0, sender: ME });

test("a change changes what it names alone", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ conversation: ME, kind: "own", head: 1 })]);
  assert.deepEqual(parley.privacy.self.getSnapshot(), { privacy: OPEN });
  server.event({ ...own(2), type: "privacy", groups: "nobody" });
  server.event({ ...own(3), type: "picture", picture: "77" });
  await clock.pass(0);
  assert.deepEqual(parley.privacy.self.getSnapshot(), { privacy: { ...OPEN, groups: "nobody" }, picture: "77" });
  server.event({ ...own(4), type: "picture" } as ChatEvent);
  await clock.pass(0);
  assert.deepEqual(parley.privacy.self.getSnapshot(), { privacy: { ...OPEN, groups: "nobody" } });
});

test("what was asked for before a change does not undo it", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ conversation: ME, kind: "own", head: 1 })]);
  const account = { user: ME, username: "me", display_name: "Me", about: "", created: 0 };
  server.on("account.get", async () => {
    server.on("account.get", () => ({ ok: { ...account, privacy: { ...OPEN, write: "contacts" } } }));
    server.event({ ...own(2), type: "privacy", write: "contacts" });
    await settle();
    return { ok: { ...account, privacy: OPEN } };
  });
  server.push({ push: "resync" });
  await clock.pass(0);
  assert.equal(parley.privacy.self.getSnapshot()?.privacy.write, "contacts");
});
