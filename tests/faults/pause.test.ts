/** SIGSTOP for half a minute, then SIGCONT: a machine that hangs, and comes back believing that no time
 * has passed. */
import { test } from "node:test";
import { sleep } from "../integration/harness/wait.ts";
import type { Crowd } from "./harness/crowd.ts";
import { survives } from "./harness/scenario.ts";
import { rig } from "./harness/rig.ts";

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
