/** Clocks that lie, by a day either way; the time since the start of the machine stays true. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Id } from "../../client/src/index.ts";
import { Rest } from "../../client/src/index.ts";
import { clock } from "../integration/harness/clock.ts";
import { PASSWORD } from "../integration/harness/people.ts";
import { anAddress, fetchFrom } from "../integration/harness/web.ts";
import { patiently } from "./harness/crowd.ts";
import { survives } from "./harness/scenario.ts";
import { NUMBERS, rig } from "./harness/rig.ts";

/** Of what is made on each of the nodes at once: accounts, devices, groups. */
const MADE_EACH = 5;

async function idsOf(n: number): Promise<Id[]> {
  const rest = new Rest(rig.server(n).base, fetchFrom(anAddress()));
  const key = randomBytes(8).toString("hex");
  const { user, device, token } = await patiently(() =>
    rest.call("signup", { username: `id-${key}`, password: PASSWORD }));
  const { conversation } = await patiently(() => rest.call("group.create", { title: "ids", members: [], key }, token));
  return [user, device, conversation];
}

async function givesOut(): Promise<Id[]> {
  const each = NUMBERS.flatMap((n) => Array.from({ length: MADE_EACH }, () => idsOf(n)));
  return (await Promise.all(each)).flat();
}

test("parleyd nodes a day apart", async () => {
  await survives("`parleyd` nodes a day apart", async (crowd) => {
    const ids = await givesOut();
    for (const [n, offset] of [[1, "+1d"], [2, "-1d"]] as const) {
      const server = rig.server(n);
      await server.kill();
      server.variables = clock(offset);
      await server.start();
    }
    await rig.isReady();
    ids.push(...await givesOut());
    await crowd.getsOn(100);
    // Back in time: what was given out a day later is not given out again.
    for (const n of NUMBERS) {
      const server = rig.server(n);
      await server.kill();
      server.variables = {};
      await server.start();
    }
    await rig.isReady();
    ids.push(...await givesOut());
    assert.equal(new Set(ids).size, ids.length, "an id was given out twice");
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
