/** What `./dev cluster up` starts serves as one, and `down` ends that and nothing else. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { Place } from "../../integration/harness/people.ts";
import { befriend, everybodyLeaves, person } from "../../integration/harness/people.ts";

const STATE = "build/cluster/pids.json";
/** Three nodes of Cassandra one after the other, and fifty tables. */
const UP_MS_MAX = 400_000;
const DOWN_MS_MAX = 120_000;

function dev(timeout: number, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("./dev", ["cluster", ...args], { encoding: "utf8", timeout });
  return { status, output: stdout + stderr };
}

function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

let bystander: ChildProcess | undefined;
after(() => {
  everybodyLeaves();
  bystander?.kill();
  dev(DOWN_MS_MAX, "down");
});

test("a whole cluster comes up, is one, and is ended without anything else", async () => {
  bystander = spawn("nats-server", ["--addr", "127.0.0.1", "--port", "-1"], { stdio: "ignore" });
  const up = dev(UP_MS_MAX, "up");
  assert.equal(up.status, 0, up.output);
  const places = [...up.output.matchAll(/^parleyd \d: (http:\S+)$/gm)].map(([, base = ""]): Place =>
    ({ base, socketUrl: `${base.replace("http", "ws")}/v1/socket` }));
  assert.equal(places.length, 3, up.output);
  const [first, second, third] = places as [Place, Place, Place];
  const [alice, bob] = [await person(first, "alice"), await person(second, "bob")];
  await befriend(alice, bob);
  const [here, there] = [await alice.on("first"), await bob.at(third).on("second")];
  await here.sends(there, "over all of it");
  await there.sees("over all of it", here);
  const again = dev(DOWN_MS_MAX, "up");
  assert.equal(again.status, 1);
  assert.match(again.output, /it is up/);
  everybodyLeaves();

  const pids = Object.values(JSON.parse(readFileSync(STATE, "utf8")) as Record<string, [number, string]>);
  assert.equal(pids.length, 6);
  assert.ok(pids.every(([pid]) => runs(pid)));
  const down = dev(DOWN_MS_MAX, "down");
  assert.equal(down.status, 0, down.output);
  assert.ok(!pids.some(([pid]) => runs(pid)), "all of them are ended");
  assert.ok(runs(bystander.pid ?? 0), "another one is not");
  assert.equal(dev(DOWN_MS_MAX, "down").status, 0, "and what is down may be ended");
});
