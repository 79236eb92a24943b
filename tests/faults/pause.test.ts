/** SIGSTOP for half a minute, then SIGCONT: a machine that hangs, and comes back believing that no time
 * has passed. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Id, Session } from "../../client/src/index.ts";
import { Rest } from "../../client/src/index.ts";
import { PASSWORD } from "../integration/harness/people.ts";
import { Raw } from "../integration/harness/raw.ts";
import { sleep } from "../integration/harness/wait.ts";
import { anAddress, fetchFrom } from "../integration/harness/web.ts";
import type { Crowd } from "./harness/crowd.ts";
import { patiently } from "./harness/crowd.ts";
import { rig } from "./harness/rig.ts";
import { survives } from "./harness/scenario.ts";

const PAUSE_MS = 30_000;

/** Those who are left go on meanwhile. */
async function stands(crowd: Crowd): Promise<void> {
  await Promise.all([sleep(PAUSE_MS), crowd.getsOn()]);
}

test("a parleyd stands still", async () => {
  await survives("SIGSTOP of a `parleyd`, 30 s", async (crowd) => {
    process.kill(rig.server(2).pid, "SIGSTOP");
    await stands(crowd);
    process.kill(rig.server(2).pid, "SIGCONT");
    await rig.isReady();
  });
});

test("a NATS server stands still", async () => {
  await survives("SIGSTOP of a NATS server, 30 s", async (crowd) => {
    const { pid } = rig.nats[0] ?? {};
    process.kill(pid as number, "SIGSTOP");
    await stands(crowd);
    process.kill(pid as number, "SIGCONT");
    await rig.isReady();
  });
});

test("a node of Cassandra stands still", async () => {
  await survives("SIGSTOP of a Cassandra node, 30 s", async (crowd) => {
    await rig.cassandra.pause(3);
    await stands(crowd);
    await rig.cassandra.resume(3);
  });
});

test("what lay in the socket of one that stood still comes to nothing, once it was refused elsewhere", async () => {
  const rest = (n: number): Rest => new Rest(rig.server(n).base, fetchFrom(anAddress()));
  const [owner, guest] = await Promise.all(["owner", "guest"].map((name) => patiently(() =>
    rest(1).call("signup", { username: `${name}-${randomBytes(5).toString("hex")}`, password: PASSWORD })))) as
    [Session, Session];
  const made = { title: "still", members: [guest.user], key: "made" };
  const { conversation } = await patiently(() => rest(1).call("group.create", made, owner.token));
  const raw = await Raw.signedIn(rig.server(2), guest.token);
  const message = { to: conversation, text: "x", key: "x", after: 1 };
  const moved = (key: string): { conversation: Id; user: Id; key: string } => ({ conversation, user: guest.user, key });

  process.kill(rig.server(2).pid, "SIGSTOP");
  const late = raw.refused("message.send", message);
  await patiently(() => rest(1).call("group.remove", moved("out"), owner.token));
  await assert.rejects(patiently(() => rest(1).call("message.send", message, guest.token)), { code: "forbidden" });
  await patiently(() => rest(1).call("group.add", moved("in"), owner.token));
  await sleep(PAUSE_MS / 2);
  process.kill(rig.server(2).pid, "SIGCONT");

  assert.equal((await late).code, "unavailable");
  const { events } = await patiently(() => rest(3).call("message.history", { conversation, after: 0 }, owner.token));
  assert.deepEqual(events.map(({ type }) => type), ["created", "removed", "added"]);
  raw.close();
  await rig.isReady();
});
