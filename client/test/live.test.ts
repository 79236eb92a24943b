import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../src/api.ts";
import { TYPISTS_MAX } from "../src/live.ts";
import { CHAT, PEER, entryOf, signedIn } from "./rig.ts";

const answered = ({ users }: { [name: string]: any }): { ok: unknown } => ({
  ok: { presence: users.map((user: string) => ({ user, online: true })) },
});

test("what is known of somebody goes with the last watcher, and comes with the next", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("presence.watch", answered);
  const presence = (): unknown => parley.presence(PEER).getSnapshot();
  const end = parley.watch([PEER]);
  const alsoEnd = parley.watch([PEER]);
  await clock.pass(200);
  end();
  await clock.pass(200);
  assert.deepEqual(presence(), { user: PEER, online: true });
  alsoEnd();
  await clock.pass(200);
  assert.equal(presence(), undefined);
  // It was under way when the server heard of it.
  server.push({ push: "presence", user: PEER, online: false });
  assert.equal(presence(), undefined);
  parley.watch([PEER]);
  await clock.pass(200);
  assert.deepEqual(presence(), { user: PEER, online: true });
});

test("beyond watch_users_max one is watched when another one no longer is", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("presence.watch", answered);
  const known = (): number => users.filter((user) => parley.presence(user).getSnapshot()).length;
  const users = Array.from({ length: LIMITS.watch_users_max + 1 }, (_, i) => `${1000 + i}`);
  const [end] = users.map((user) => parley.watch([user]));
  await clock.pass(200);
  assert.equal(known(), LIMITS.watch_users_max);
  assert.equal(parley.presence(users.at(-1) as string).getSnapshot(), undefined);
  end?.();
  await clock.pass(200);
  assert.equal(known(), LIMITS.watch_users_max);
  assert.ok(parley.presence(users.at(-1) as string).getSnapshot());
});

test("of a crowd that types a bounded number is shown, and others once these have ended", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const typists = (chat = CHAT): readonly string[] => parley.typing(chat).getSnapshot();
  const types = (user: number, chat = CHAT): void =>
    server.push({ push: "typing", conversation: chat, user: `${user}` });
  for (let user = 0; user < 2 * TYPISTS_MAX; user++) types(user);
  types(1, "701");
  assert.equal(typists().length, TYPISTS_MAX);
  assert.deepEqual(typists("701"), []);
  // Who is shown already may go on.
  await clock.pass(LIMITS.typing_ms / 2);
  types(0);
  await clock.pass(LIMITS.typing_ms / 2 + 1);
  assert.deepEqual(typists(), ["0"]);
  types(1, "701");
  assert.deepEqual(typists("701"), ["1"]);
  await clock.pass(2 * LIMITS.typing_ms);
  for (let user = 0; user < TYPISTS_MAX; user++) types(user);
  assert.equal(typists().length, TYPISTS_MAX, "the count of them came back to nothing");
});

test("typing in many conversations is told of each", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("typing", () => ({ ok: {} }));
  for (let round = 0; round < 2; round++) {
    for (let chat = 0; chat < 15; chat++) parley.types(`${chat}`);
    await clock.pass(10);
  }
  assert.equal(server.askedFor("typing").length, 15);
  for (let chat = 0; chat < 30; chat++) parley.types(`9${chat}`);
  parley.types("0");
  await clock.pass(10);
  assert.equal(server.askedFor("typing").length, 15 + 30 + 1, "the oldest was forgotten, and is told again");
});
