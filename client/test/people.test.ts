import assert from "node:assert/strict";
import { test } from "node:test";
import { entryOf, makeParley, message, signedIn } from "./rig.ts";

/** A 1:1 with each of so many. */
const entries = (n: number) => Array.from({ length: n }, (_, i) => entryOf({
  conversation: `${7000 + i}`, peer: `${2000 + i}`, head: 1, n: 1, time: i, last: message(1, { conversation: `${7000 + i}` }),
}));

test("names that are kept are asked for again when one sees them, not for all of the list", async () => {
  const { clock, server, parley, storage } = await signedIn(entries(30));
  assert.equal(parley.conversations.getSnapshot().length, 30);
  await clock.pass(100);
  assert.equal(server.askedFor("user.get").length, 30);
  parley.stop();
  server.asked.length = 0;
  server.on("user.get", ({ user }) => ({ ok: { user, username: "y", display_name: "Y", about: "", blocked: false } }));

  const again = makeParley(server, clock, storage);
  await again.load();
  await clock.pass(4000);
  const nameOf = (user: string): string | undefined =>
    again.conversations.getSnapshot().find(({ peer }) => peer === user)?.person?.display_name;
  assert.equal(nameOf("2007"), "X");
  assert.deepEqual(server.askedFor("user.get"), []);
  again.watch(["2007"]);
  again.person("2008").getSnapshot();
  await clock.pass(100);
  assert.deepEqual(server.askedFor("user.get"), [{ user: "2007" }, { user: "2008" }]);
  assert.equal(nameOf("2007"), "Y");
  assert.equal(nameOf("2009"), "X");
  again.watch(["2007"]);
  await clock.pass(100);
  assert.equal(server.askedFor("user.get").length, 2, "once is enough");
  again.stop();
});

test("what one opens does not wait for the names of the list", async () => {
  const { clock, server, parley } = await signedIn(entries(30));
  const answers: (() => void)[] = [];
  server.on("user.get", ({ user }) => new Promise((resolve) =>
    answers.push(() => resolve({ ok: { user, username: "y", display_name: "Y", about: "", blocked: false } }))));
  parley.conversations.getSnapshot();
  await clock.pass(100);
  const close = parley.open("7029");
  const names = server.askedFor("user.get").length;
  assert.ok(names < 30, `${names} names are asked for at once`);
  answers[0]?.();
  await clock.pass(100);
  assert.equal(server.askedFor("conversation.get").length, 1);
  assert.equal(server.askedFor("user.get").length, names);
  close();
  parley.stop();
});
