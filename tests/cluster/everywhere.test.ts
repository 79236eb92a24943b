/** What is ended, forbidden or taken away on one node holds on all: within a second by the bus,
 * within a minute without it; of who is put out of a group at once, whether there is a bus or not. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { after, before, test } from "node:test";
import { ParleyError } from "../../client/src/index.ts";
import type { Person } from "../integration/harness/people.ts";
import { PASSWORD, befriend, people } from "../integration/harness/people.ts";
import { Raw } from "../integration/harness/raw.ts";
import type { Server } from "../integration/harness/server.ts";
import { LENIENCE, eventually, sleep } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import { Cluster } from "./harness/cluster.ts";

/** By the bus; a busy machine takes a part of it for each of the two that talk and those between. */
const TOLD_MS_MAX = 1000 * LENIENCE;
/** Without it, with all that is asked then: the operator's manual says so. A busy machine has more. */
const FOUND_MS_MAX = 60_000 + 5000 * (LENIENCE - 1);
/** Of what a reader is answered from. */
const READ_MS_MAX = 1000;
/** How often one asks in the time that there is. */
const ASKED = 100;

let cluster: Cluster;
let a: Server, b: Server, c: Server;

before(async () => {
  cluster = await Cluster.start(3);
  [a, b, c] = cluster.nodes as [Server, Server, Server];
});
after(() => cluster.end());

const aKey = (): string => randomBytes(8).toString("hex");

/** The code of what one's call at a node is refused with, undefined if it is not. */
function refusal(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(() => undefined, (thrown: unknown) => {
    assert.ok(thrown instanceof ParleyError, String(thrown));
    return thrown.code;
  });
}

/** For how long a call went on being answered, until it was refused with `code`. A busy store is asked
 * again. */
async function until(code: string, call: () => Promise<unknown>, what: string, ms: number): Promise<number> {
  const since = Date.now();
  await eventually(async () => {
    const now = await refusal(call());
    assert.ok(now === undefined || now === "unavailable" || now === code, `${what}: ${now}`);
    if (now !== code) await sleep(ms / ASKED);
    return now === code || undefined;
  }, what, ms);
  return Date.now() - since;
}

// Each of them: everything is well, and cached, on nodes `b` and `c`; then it is changed on `a`; the
// answer is for how many ms the others went on as before.

/** A device is ended: its socket on one node, its token on another. */
async function endDevice(ms: number): Promise<number[]> {
  const [alice] = await people(a, "alice") as [Person];
  const other = await restAt(b.base).call("signin", { username: alice.name, password: PASSWORD, device_name: "b" });
  const socket = await Raw.signedIn(b, other.token);
  const list = (): Promise<unknown> => restAt(c.base).call("device.list", {}, other.token);
  await list();
  await alice.rest.call("device.end", { device: other.device }, alice.token);
  const since = Date.now();
  const closed = socket.closed.then(() => Date.now() - since);
  const refused = until("unauthenticated", list, "the token is good no more", ms);
  return Promise.all([refused, eventually(() => closed, "the socket is closed", ms)]);
}

/** A user blocks another one, who writes on one node and is seen to be there on the other. */
async function block(ms: number): Promise<number[]> {
  const [alice, bob] = await people(a, "alice", "bob") as [Person, Person];
  await befriend(alice, bob);
  const send = (by: Server) => (): Promise<unknown> =>
    restAt(by.base).call("message.send", { to: alice.user, text: "still there?", key: aKey() }, bob.token);
  for (const by of [b, c]) await send(by)();
  await alice.rest.call("user.block", { user: bob.user, key: aKey() }, alice.token);
  return Promise.all([b, c].map((by) => until("cannot_write", send(by), "who is blocked writes no more", ms)));
}

/** The operator disables a user. */
async function disable(ms: number): Promise<number[]> {
  const [alice] = await people(a, "alice") as [Person];
  const socket = await Raw.signedIn(b, alice.token);
  const list = (): Promise<unknown> => restAt(c.base).call("device.list", {}, alice.token);
  await list();
  const { status, output } = a.command(["user", "disable", alice.name]);
  assert.equal(status, 0, output);
  const since = Date.now();
  const closed = socket.closed.then(() => Date.now() - since);
  const refused = until("account_disabled", list, "the account is disabled", ms);
  return Promise.all([refused, eventually(() => closed, "the socket is closed", ms)]);
}

/** The operator sets an option for all nodes: nobody signs up any more. */
async function close(ms: number): Promise<number[]> {
  const signUp = (by: Server) => (): Promise<unknown> =>
    restAt(by.base).call("signup", { username: `late-${aKey()}`, password: PASSWORD });
  for (const by of [b, c]) await signUp(by)();
  const set = (value: string): void => {
    const { status, output } = a.command(["set", "registration", value]);
    assert.equal(status, 0, output);
  };
  set("closed");
  const took = await Promise.all([b, c].map((by) => until("registration_closed", signUp(by), "nobody signs up", ms)));
  set("-");
  await Promise.all([b, c].map((by) => eventually(async () => (await refusal(signUp(by)())) === undefined || undefined,
    "what is configured holds again", ms)));
  return took;
}

/** A member is put out of a group: the first thing sent on another node is refused; what is read there
 * a second later ends with it. */
async function remove(): Promise<void> {
  const [alice, bob] = await people(a, "alice", "bob") as [Person, Person];
  await befriend(alice, bob);
  const { conversation } = await alice.rest.call("group.create",
    { title: "g", members: [bob.user], key: aKey() }, alice.token);
  const say = (by: Server, who: Person, text: string): Promise<{ seq: number }> =>
    restAt(by.base).call("message.send", { to: conversation, text, key: aKey() }, who.token);
  const read = (by: Server): Promise<{ events: { seq: number }[] }> =>
    restAt(by.base).call("message.history", { conversation }, bob.token);
  for (const by of [b, c]) await say(by, bob, "here");
  for (const by of [b, c]) await read(by);
  const { seq } = await alice.rest.call("group.remove", { conversation, user: bob.user, key: aKey() }, alice.token);
  const removed = Date.now();
  for (const by of [b, c]) assert.equal(await refusal(say(by, bob, "still here?")), "forbidden");
  await say(a, alice, "among ourselves");
  for (let asked = 0; asked < removed + 2 * READ_MS_MAX;) {
    asked = Date.now();
    for (const by of [b, c]) {
      const last = (await read(by)).events.at(-1)?.seq as number;
      assert.ok(last === seq || (last < seq && asked < removed + READ_MS_MAX), `${last} is read, ${seq} is the end`);
    }
    await sleep(50);
  }
}

function report(t: TestContext, what: string, took: number[]): void {
  t.diagnostic(`${what}: ${took.join(" and ")} ms`);
}

test("by the bus: a device that is ended, a user who is blocked, one who is disabled, an option", async (t) => {
  report(t, "device ended", await endDevice(TOLD_MS_MAX));
  report(t, "user blocked", await block(TOLD_MS_MAX));
  report(t, "user disabled", await disable(TOLD_MS_MAX));
  report(t, "option set", await close(TOLD_MS_MAX));
});

test("by the bus: who is put out of a group", remove);

test("without a bus: who is put out of a group", async () => {
  await cluster.nats.kill();
  await remove();
});

test("without a bus: a device that is ended, a user who is blocked, one who is disabled, an option", async (t) => {
  const all = await Promise.all([endDevice, block, disable].map((change) => change(FOUND_MS_MAX)));
  for (const [i, what] of ["device ended", "user blocked", "user disabled"].entries()) report(t, what, all[i] as number[]);
  report(t, "option set", await close(FOUND_MS_MAX));
});
