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
  server.on("conversation.pins", () => ({ ok: { pins: [] } }));
  parley.conversations.getSnapshot();
  await clock.pass(100);
  assert.equal(server.askedFor("user.get").length, 4);
  const close = parley.open("7029");
  await clock.pass(100);
  assert.equal(server.askedFor("conversation.get").length, 1);
  assert.equal(server.askedFor("conversation.pins").length, 1);
  assert.equal(server.askedFor("user.get").length, 4);
  answers[0]?.();
  await clock.pass(100);
  assert.equal(server.askedFor("user.get").length, 5);
  close();
  parley.stop();
});

test("a name that the server cannot tell now is asked for again after a while", async () => {
  const { clock, server, parley } = await signedIn([]);
  server.on("user.get", () => ({ error: { code: "unavailable", message: "", retry_after_ms: 100 } }));
  parley.person("2007").getSnapshot();
  await clock.pass(10_000);
  const tries = server.askedFor("user.get").length;
  assert.equal(tries, 8);
  parley.person("2007").getSnapshot();
  await clock.pass(10_000);
  assert.equal(server.askedFor("user.get").length, tries, "not at once");
  server.on("user.get", ({ user }) => ({ ok: { user, username: "y", display_name: "Y", about: "", blocked: false } }));
  await clock.pass(30_000);
  assert.equal(server.askedFor("user.get").length, tries + 1);
  assert.equal(parley.person("2007").getSnapshot()?.display_name, "Y");
  parley.stop();
});

test("somebody whom one has begun to write to is in the list once their name is known", async () => {
  let answer = (): void => {};
  const { clock, parley } = await signedIn([], (server) => {
    server.on("user.get", async ({ user }) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { ok: { user, username: "zoe", display_name: "Zoë", about: "", blocked: false } };
    });
  });
  const listed = () => parley.conversations.getSnapshot().map(({ conversation, person }) => [conversation, person?.display_name]);
  parley.personal.setDraft("201", "hello");
  assert.deepEqual(listed(), []);
  await clock.pass(0);
  assert.deepEqual(listed(), []);
  answer();
  await clock.pass(0);
  assert.deepEqual(listed(), [["201", "Zoë"]]);
});
