/** Cassandra without a quorum: refused with a time to come again, never acknowledged falsely. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../client/src/index.ts";
import { ParleyError, Rest } from "../../client/src/index.ts";
import { sleep } from "../integration/harness/wait.ts";
import { anAddress, fetchFrom } from "../integration/harness/web.ts";
import { keyOf } from "./harness/crowd.ts";
import { survives } from "./harness/scenario.ts";
import { rig } from "./harness/rig.ts";

/** Whoever asked before it is answered by then. */
const ANSWER_MS_MAX = 60_000;
/** Long enough for what was under way to be through. */
const QUIET_MS = 5000;
const ASKED = 3;

async function refusal(asked: Promise<unknown>): Promise<ParleyError> {
  try {
    await asked;
  } catch (thrown) {
    if (thrown instanceof ParleyError) return thrown;
    throw thrown;
  }
  assert.fail("it was answered without a quorum");
}

test("two of three nodes die", async () => {
  await survives("two of three Cassandra nodes killed", async (crowd) => {
    const sender = crowd.members[0] as Session;
    await Promise.all([rig.cassandra.kill(2), rig.cassandra.kill(3)]);
    const said = crowd.acknowledged;
    await Promise.all(rig.servers.map(async (server) => {
      const rest = new Rest(server.base, fetchFrom(anAddress()));
      const late = (): AbortSignal => AbortSignal.timeout(ANSWER_MS_MAX);
      for (let i = 0; i < ASKED; i++) {
        const text = `without a quorum ${server.port} ${i}`;
        const sent = await refusal(rest.call("message.send", { to: crowd.group, text, key: keyOf(text) }, sender.token, late()));
        assert.equal(sent.code, "unavailable");
        assert.ok(sent.retry_after_ms, "it does not say when to come again");
        crowd.said.push({ text, sender: sender.user, by: "curl" });
        const read = await refusal(rest.call("message.history", { conversation: crowd.group }, sender.token, late()));
        assert.equal(read.code, "unavailable");
      }
    }));
    const before = crowd.acknowledged;
    await sleep(QUIET_MS);
    assert.equal(crowd.acknowledged, before, "acknowledged without a quorum");
    assert.ok(crowd.acknowledged >= said);
    await Promise.all([rig.cassandra.start(2), rig.cassandra.start(3)]);
    await rig.isReady();
  });
});
