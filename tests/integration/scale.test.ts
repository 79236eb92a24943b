/**
 * What a sync answers follows what changed, not how many conversations there are; and it looks at
 * those that did not change in batches, never one by one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { web } from "./harness/web.ts";

const MANY = 5000;
const FEW = 50;
const CHANGED = 3;
const ROUNDS = 200;
/** A conversation that did not change costs a sync at most so much of what asking for it costs. */
const PART_MAX = 1 / 5;
/** Commands of one socket under way at once. */
const WINDOW = 250;

let server: Server;
before(async () => (server = await Server.start()));
after(() => server.end());

/** Somebody who is in `n` groups with a friend, whose socket says things there. */
interface Crowd {
  person: Person;
  raw: Raw;
  friend: Raw;
  groups: Id[];
}

async function crowd(n: number): Promise<Crowd> {
  const [person, other] = (await people(server, "person", "friend")) as [Person, Person];
  const [raw, friend] = await Promise.all([person.raw(), other.raw()]);
  const groups: Id[] = [];
  while (groups.length < n) {
    const made = await Promise.all(Array.from({ length: Math.min(WINDOW, n - groups.length) }, () =>
      friend.ok("group.create", { title: "g", members: [person.user] })));
    groups.push(...made.map((one) => one.conversation));
  }
  return { person, raw, friend, groups };
}

/** The friend writes in some of the groups, spread over all of them. */
async function change({ friend, groups }: Crowd): Promise<Id[]> {
  const chosen = Array.from({ length: CHANGED }, (_, i) =>
    groups[Math.floor(((i + 0.5) * groups.length) / CHANGED)] as Id);
  await Promise.all(chosen.map((to) => friend.ok("message.send", { to, text: "hello" })));
  return chosen.sort();
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[values.length >> 1] as number;

/** The median times in µs. They take turns, so that whatever else the machine does slows all alike. */
async function timed(asks: (() => Promise<unknown>)[]): Promise<number[]> {
  const times: number[][] = asks.map(() => []);
  for (let i = 0; i < ROUNDS; i++)
    for (const [which, ask] of asks.entries()) {
      const since = performance.now();
      await ask();
      times[which]!.push((performance.now() - since) * 1000);
    }
  return times.map(median);
}

test("5,000 conversations, 3 changed", { timeout: 120_000 }, async (t) => {
  const since = Date.now();
  const [many, few] = [await crowd(MANY), await crowd(FEW)];
  t.diagnostic(`${MANY} conversations were made in ${Date.now() - since} ms`);
  const tokens = new Map<Crowd, string>();
  for (const one of [many, few]) {
    const { token } = await one.raw.ok("sync", {});
    tokens.set(one, token);
    const changed = await change(one);
    const reply = await web(`${server.base}/v1/sync`, {
      method: "POST", headers: { authorization: `Bearer ${one.person.token}` }, body: JSON.stringify({ token }),
    });
    assert.deepEqual(reply.body.entries.map((entry: { conversation: Id }) => entry.conversation).sort(), changed);
    assert.equal(reply.body.more, false);
    const bytes = JSON.stringify(reply.body).length;
    assert.ok(bytes < 1000 * (CHANGED + 1), `${bytes} bytes`);
    const again = await one.raw.ok("sync", { token: reply.body.token });
    assert.deepEqual(again.entries, []);
  }

  const sync = (one: Crowd) => (): Promise<unknown> => one.raw.ok("sync", { token: tokens.get(one) as string });
  const ask = (): Promise<unknown> =>
    few.raw.ok("conversation.events", { conversation: few.groups[1] as Id, after: 1 });
  const [askUs, fewUs, manyUs] = (await timed([ask, sync(few), sync(many)])) as [number, number, number];
  const eachUs = (manyUs - fewUs) / (MANY - FEW);
  t.diagnostic(`${CHANGED} changed: among ${FEW} ${fewUs.toFixed(0)} µs, among ${MANY} ${manyUs.toFixed(0)} µs` +
    ` (${eachUs.toFixed(2)} µs for each more); asking for one ${askUs.toFixed(0)} µs`);
  assert.ok(eachUs < askUs * PART_MAX, `${eachUs} µs for each conversation, ${askUs} µs for asking`);
  for (const one of [many, few]) for (const socket of [one.raw, one.friend]) socket.close();
});
