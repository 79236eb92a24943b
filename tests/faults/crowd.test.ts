/** A thousand sends at once into one conversation of a hundred, from three nodes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Appended } from "../../client/src/index.ts";
import { Raw } from "../integration/harness/raw.ts";
import { sleep } from "../integration/harness/wait.ts";
import { judge } from "./harness/check.ts";
import { Crowd, keyOf } from "./harness/crowd.ts";
import { recordOf, report, verifies } from "./harness/scenario.ts";
import { HEAL_MS_MAX, rig } from "./harness/rig.ts";

const MEMBERS = 100;
/** Library and all, in this one process: what fits beside the engines. */
const DEVICES_EACH = 2;
const SENDS_EACH = 10;
const SENDS = MEMBERS * SENDS_EACH;
/** Nobody waits longer for the next acknowledgement of anybody. */
const STALL_MS_MAX = 30_000;
const DONE_MS_MAX = 4 * HEAL_MS_MAX;

/** With its key, until it is known to stand. */
async function sends(raw: Raw, to: string, text: string): Promise<Appended> {
  for (const end = Date.now() + DONE_MS_MAX; Date.now() < end;) {
    const { ok, error } = await raw.ask("message.send", { to, text, key: keyOf(text) });
    if (ok) return ok;
    assert.ok(error?.retry_after_ms !== undefined, `refused: ${JSON.stringify(error)}`);
    await sleep(error.retry_after_ms);
  }
  throw new Error(`"${text}" was not sent within ${DONE_MS_MAX} ms`);
}

test("a thousand at once", async () => {
  const crowd = await Crowd.gather(rig.servers, MEMBERS, DEVICES_EACH);
  try {
    const sockets = await Promise.all(crowd.members.map(({ token }, i) => Raw.signedIn(rig.server(1 + i % 3), token)));
    const since = Date.now();
    let last = since;
    let stall = 0;
    await Promise.all(sockets.flatMap((raw, i) => Array.from({ length: SENDS_EACH }, async (_, n) => {
      const text = `${i} says ${n}`;
      const ok = await sends(raw, crowd.group, text);
      crowd.said.push({ text, sender: crowd.members[i]?.user ?? "", by: "library", ok });
      stall = Math.max(stall, Date.now() - last);
      last = Date.now();
    })));
    const sent = Date.now();
    assert.ok(stall < STALL_MS_MAX, `nothing was acknowledged for ${stall} ms`);
    await crowd.settles();
    const record = await recordOf(crowd);
    const settled = Date.now();
    const verdict = judge(record);
    report(`${SENDS} sends at once into one conversation of ${MEMBERS}`, verdict, sent - since, settled - sent);
    assert.equal(verdict.acknowledged, SENDS);
    verifies(verdict);
    for (const raw of sockets) raw.close();
  } finally {
    crowd.leaves();
  }
});
