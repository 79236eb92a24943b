/** Wires that are cut, silent in one direction or both, slow, flapping; and a cluster in two halves. */
import { test } from "node:test";
import { sleep } from "../integration/harness/wait.ts";
import type { Crowd } from "./harness/crowd.ts";
import type { Treatment } from "./harness/links.ts";
import { CUT, DEAF, MUTE, SILENT } from "./harness/links.ts";
import { survives } from "./harness/scenario.ts";
import { NUMBERS, rig } from "./harness/rig.ts";

const FAULT_MS = 15_000;
const FLAPS = 10;
const FLAP_MS = 700;
const SLOW_MS = 150;

type Engine = "nats" | "cassandra";

/** What one `parleyd` has to do with all engines of a kind. */
function treat(n: number, engine: Engine, treatment: Treatment): void {
  for (const other of NUMBERS) rig.links.treat(`parleyd${n}`, `${engine}${other}`, treatment);
}

async function lasts(crowd: Crowd): Promise<void> {
  await Promise.all([sleep(FAULT_MS), crowd.getsOn()]);
}

const HOWS: [string, Treatment][] =
  [["cut off from", CUT], ["that hears nothing of", DEAF], ["not heard by", MUTE], ["out of all touch with", SILENT]];

for (const engine of ["nats", "cassandra"] as const) {
  for (const [how, treatment] of HOWS) {
    const name = `a \`parleyd\` ${how} ${engine === "nats" ? "NATS" : "Cassandra"}`;
    test(name, async () => {
      await survives(name, async (crowd) => {
        treat(1, engine, treatment);
        await lasts(crowd);
        rig.links.mend();
        await rig.isReady();
      });
    });
  }
}

test("a parleyd is out of touch with both", async () => {
  await survives("a `parleyd` out of all touch with both", async (crowd) => {
    treat(2, "nats", SILENT);
    treat(2, "cassandra", SILENT);
    await lasts(crowd);
    rig.links.mend();
    await rig.isReady();
  });
});

/** One of each on this side, two of each on that one. */
test("two halves", async () => {
  await survives("two halves: one of each, two of each", async (crowd) => {
    const kinds = ["parleyd", "nats", "cassandra"];
    for (const one of kinds) {
      for (const other of kinds) for (const n of [2, 3]) rig.links.treat(`${one}1`, `${other}${n}`, SILENT);
    }
    await lasts(crowd);
    rig.links.mend();
    await rig.isReady();
  });
});

test("slow wires", async () => {
  await survives(`every wire of a \`parleyd\` slower by ${SLOW_MS} ms`, async (crowd) => {
    treat(3, "nats", { slow_ms: SLOW_MS });
    treat(3, "cassandra", { slow_ms: SLOW_MS });
    await lasts(crowd);
  });
});

test("flapping wires", async () => {
  await survives(`every wire of a \`parleyd\` cut ${FLAPS} times`, async (crowd) => {
    for (let i = 0; i < FLAPS; i++) {
      treat(1, "nats", CUT);
      treat(1, "cassandra", CUT);
      await sleep(FLAP_MS);
      rig.links.mend();
      await sleep(FLAP_MS);
    }
    await crowd.getsOn();
    await rig.isReady();
  });
});
