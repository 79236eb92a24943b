/** Clocks that lie, by a day either way; the time since the start of the machine stays true. */
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { test } from "node:test";
import { survives } from "./harness/scenario.ts";
import { NUMBERS, rig } from "./harness/rig.ts";

const [LIBRARY] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1");

/** What makes a program believe that it is so much later, or earlier. The last of these: whoever waits by the
 * monotonic clock waits by the true one; else waits end at once, or a day later. */
function clock(offset: string): Record<string, string> {
  assert.ok(LIBRARY && existsSync(LIBRARY), "there is no libfaketime (Debian: faketime)");
  return {
    LD_PRELOAD: LIBRARY, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1", DONT_FAKE_MONOTONIC: "1",
    FAKETIME_FORCE_MONOTONIC_FIX: "0",
  };
}

test("parleyd nodes a day apart", async () => {
  await survives("`parleyd` nodes a day apart", async (crowd) => {
    for (const [n, offset] of [[1, "+1d"], [2, "-1d"]] as const) {
      const server = rig.server(n);
      await server.kill();
      server.variables = clock(offset);
      await server.start();
    }
    await rig.isReady();
    await crowd.getsOn(100);
    // Back in time: what was given out a day later is not given out again.
    for (const n of NUMBERS) {
      const server = rig.server(n);
      await server.kill();
      server.variables = {};
      await server.start();
    }
    await rig.isReady();
  });
});

test("nodes of Cassandra a day apart", async () => {
  await survives("Cassandra nodes a day apart", async (crowd) => {
    for (const [n, offset] of [[1, "+1d"], [2, "-1d"]] as const) {
      await rig.cassandra.kill(n);
      await rig.cassandra.start(n, clock(offset));
      await crowd.getsOn();
    }
    await crowd.getsOn(100);
    for (const n of [1, 2]) {
      await rig.cassandra.kill(n);
      await rig.cassandra.start(n);
      await crowd.getsOn();
    }
    await rig.isReady();
  });
});
