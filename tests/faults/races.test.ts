/** Two nodes that race for one thing: one of them has it, and both answer. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Appended, Session } from "../../client/src/index.ts";
import { ParleyError, Rest } from "../../client/src/index.ts";
import { PASSWORD } from "../integration/harness/people.ts";
import { anAddress, fetchFrom } from "../integration/harness/web.ts";
import { patiently } from "./harness/crowd.ts";
import { NUMBERS, rig } from "./harness/rig.ts";
import { report } from "./harness/scenario.ts";

const ROUNDS = 20;
const TRIES_MAX = 3 * ROUNDS;

function restOf(n: number): Rest {
  return new Rest(rig.server(n).base, fetchFrom(anAddress()));
}

function signUp(n: number, username: string): Promise<Session> {
  return restOf(n).call("signup", { username, password: PASSWORD });
}

test("two begin the same 1:1", async () => {
  const since = Date.now();
  let doubled = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = await Promise.all([1, 2].map((n) =>
      patiently(() => signUp(n, `race-${randomBytes(6).toString("hex")}`)))) as
      [Session, Session];
    const sends = (n: number, { token }: Session, { user }: Session): Promise<Appended> =>
      patiently(() => restOf(n).call("message.send", { to: user, text: `by ${n}`, key: `by-${n}` }, token));
    const [one, other] = await Promise.all([sends(1, a, b), sends(2, b, a)]);
    if (one.conversation !== other.conversation) doubled++;
    assert.equal(one.conversation, other.conversation);
    assert.deepEqual([one.seq, other.seq].sort(), [1, 2]);
    const { events } = await patiently(() =>
      restOf(3).call("message.history", { conversation: one.conversation }, a.token));
    assert.deepEqual(events.map(({ seq }) => seq), [1, 2]);
    assert.deepEqual(events.map((event) => event.type === "message" && event.text).sort(), ["by 1", "by 2"]);
  }
  const sent = 2 * ROUNDS;
  report("two nodes begin the same 1:1", { sent, acknowledged: sent, refused: 0, open: 0, lost: 0, doubled }, Date.now() - since);
});

function isOpen(one: PromiseSettledResult<Session>): boolean {
  return one.status === "rejected" && one.reason instanceof ParleyError && one.reason.transient;
}

test("three take the same name", async () => {
  const since = Date.now();
  let rounds = 0;
  for (let tried = 0; tried < TRIES_MAX && rounds < ROUNDS; tried++) {
    const name = `name-${randomBytes(6).toString("hex")}`;
    const tries = await Promise.allSettled(NUMBERS.map((n) => signUp(n, n === 2 ? name.toUpperCase() : name)));
    if (tries.some((one) => isOpen(one))) continue; // Too busy: who has it nobody can tell.
    rounds++;
    const won = tries.filter((one) => one.status === "fulfilled");
    assert.equal(won.length, 1, `${won.length} have the name`);
    for (const one of tries) {
      if (one.status === "fulfilled") continue;
      assert.ok(one.reason instanceof ParleyError);
      // Or it looks like one that is just being taken, which is as true.
      assert.match(one.reason.code, /^name_(taken|refused)$/);
    }
    const owner = won[0]?.value as Session;
    for (const n of NUMBERS) {
      const { user } = await patiently(() => restOf(n).call("signin", { username: name, password: PASSWORD }));
      assert.equal(user, owner.user);
    }
  }
  assert.equal(rounds, ROUNDS);
  report("three nodes give out the same name", { sent: 3 * ROUNDS, acknowledged: ROUNDS, refused: 2 * ROUNDS,
    open: 0, lost: 0, doubled: 0 }, Date.now() - since);
});
