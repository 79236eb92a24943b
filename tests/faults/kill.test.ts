/** kill -9, under load. */
import { test } from "node:test";
import { survives } from "./harness/scenario.ts";
import { NUMBERS, rig } from "./harness/rig.ts";

test("a parleyd dies, again and again", async () => {
  await survives("kill -9 of a `parleyd`, six times", async (crowd) => {
    for (const n of [...NUMBERS, ...NUMBERS]) {
      await rig.server(n).kill();
      await crowd.getsOn();
      await rig.server(n).start();
      await rig.isReady();
    }
  });
});

test("a NATS server dies", async () => {
  await survives("kill -9 of each NATS server in turn", async (crowd) => {
    for (const nats of rig.nats) {
      await nats.kill();
      await crowd.getsOn();
      await nats.start();
      await rig.isReady();
    }
  });
});

test("a node of Cassandra dies", async () => {
  await survives("kill -9 of a Cassandra node", async (crowd) => {
    await rig.cassandra.kill(2);
    await crowd.getsOn();
    await rig.cassandra.start(2);
    await crowd.getsOn();
  });
});

test("one of each dies at once", async () => {
  await survives("kill -9 of one of each at once", async (crowd) => {
    await Promise.all([rig.server(1).kill(), rig.nats[1]?.kill(), rig.cassandra.kill(3)]);
    await crowd.getsOn();
    await Promise.all([rig.nats[1]?.start(), rig.cassandra.start(3)]);
    await rig.server(1).start();
    await rig.isReady();
  });
});
