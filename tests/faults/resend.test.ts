/** A command that comes again with its key, over every border there is: it stands where it stood. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Appended, Id, Session } from "../../client/src/index.ts";
import { ParleyError, Rest } from "../../client/src/index.ts";
import { PASSWORD } from "../integration/harness/people.ts";
import { anAddress, fetchFrom } from "../integration/harness/web.ts";
import { keyOf, patiently } from "./harness/crowd.ts";
import { NUMBERS, rig } from "./harness/rig.ts";
import { report } from "./harness/scenario.ts";

/** Events that share a partition. */
const BUCKET = 1000;
const AT_ONCE = 100;

let owner: Session;
let member: Session;
let group: Id;
let sent = 0;
let refused = 0;
let since = 0;

function restOf(n: number): Rest {
  return new Rest(rig.server(n).base, fetchFrom(anAddress()));
}

function sends(n: number, by: Session, key: string): Promise<Appended> {
  sent++;
  return patiently(() => restOf(n).call("message.send", { to: group, text: `text of ${key}`, key: keyOf(key) }, by.token));
}

/** On every node, the same answer as before. */
async function standsAt(by: Session, key: string, seq: number): Promise<void> {
  for (const n of NUMBERS) assert.equal((await sends(n, by, key)).seq, seq, `another answer on node ${n}`);
}

async function begin(): Promise<void> {
  since = Date.now();
  const names = [1, 2].map(() => `again-${randomBytes(6).toString("hex")}`);
  [owner, member] = await Promise.all(names.map((username) =>
    patiently(() => restOf(1).call("signup", { username, password: PASSWORD })))) as [Session, Session];
  const args = { title: "again", members: [member.user], key: "again" };
  group = (await patiently(() => restOf(1).call("group.create", args, owner.token))).conversation;
}

test("to another node, and all at once", async () => {
  await begin();
  const { seq } = await sends(1, owner, "first");
  await standsAt(owner, "first", seq);
  const answers = await Promise.all(NUMBERS.flatMap((n) => [sends(n, member, "raced"), sends(n, member, "raced")]));
  assert.equal(new Set(answers.map((one) => one.seq)).size, 1);
});

test("after a restart of each", async () => {
  const { seq } = await sends(2, member, "before the end");
  for (const n of NUMBERS) {
    await rig.server(n).kill();
    await rig.server(n).start();
    await standsAt(member, "before the end", seq);
  }
});

test("in the next bucket", async () => {
  const { seq } = await sends(3, owner, "bucket before");
  for (let i = 0; i < BUCKET; i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => sends(1 + n % 3, owner, `more ${i + n}`)));
  }
  await standsAt(owner, "bucket before", seq);
  assert.ok((await sends(2, owner, "bucket after")).seq > BUCKET);
});

test("after the sender was put out", async () => {
  const { seq } = await sends(1, member, "last words");
  const args = { conversation: group, user: member.user, key: "out" };
  await patiently(() => restOf(2).call("group.remove", args, owner.token));
  await standsAt(member, "last words", seq);
  for (const n of NUMBERS) {
    refused++;
    await assert.rejects(sends(n, member, `too late ${n}`), (thrown) => thrown instanceof ParleyError && !thrown.transient);
  }
  const { events } = await patiently(() =>
    restOf(3).call("message.history", { conversation: group, after: seq - 1 }, owner.token));
  const texts = events.map((event) => (event.type === "message" ? event.text : event.type));
  assert.deepEqual(texts, ["text of last words", "removed"]);
});

test("and each stands once", async () => {
  const all: string[] = [];
  for (let after = 0; ;) {
    const page = await patiently(() =>
      restOf(1).call("message.history", { conversation: group, after, limit: 100 }, owner.token));
    if (page.events.length === 0) break;
    after = page.events.at(-1)?.seq ?? after;
    all.push(...page.events.flatMap((event) => (event.type === "message" && event.key !== undefined ? [event.key] : [])));
  }
  const doubled = all.length - new Set(all).size;
  report("the same command again, over every border", { sent, acknowledged: sent - refused, refused, open: 0,
    lost: 0, doubled }, Date.now() - since);
  assert.equal(doubled, 0);
});
