/** Runs the rounds and counts them; see run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import type { Kind } from "./round.ts";
import { KINDS, runRound } from "./round.ts";

/** Which disaster a seed stands for: any twenty in a row have the same mix, any two the first two
 * kinds. */
const TABLE: Kind[] = [
  "power", "kill", "power", "kill", "full", "kill", "power", "kill", "sync", "power",
  "kill", "power", "kill", "full", "power", "kill", "power", "kill", "sync", "power",
];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: process.env["TEST_ROUNDS"] ?? "20" },
    seed: { type: "string" },
    kind: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const seed = values.seed === undefined
  ? Math.floor(Math.random() * 100_000) * TABLE.length
  : Number(values.seed);
if (!Number.isSafeInteger(rounds) || !Number.isSafeInteger(seed)) throw new Error("not a number");
if (values.kind !== undefined && !KINDS.includes(values.kind as Kind))
  throw new Error(`no such kind; there are: ${KINDS.join(", ")}`);

/** Printed of one round. */
const COMPLAINTS_MAX = 10;
let passed = 0;
let failed = 0;

/** One round in a directory of its own, which stays where it failed. */
async function round(kind: Kind, seed: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "parley-crash-"));
  const began = Date.now();
  const done = await runRound(kind, seed, dir);
  const complaints = kind === "pretend" ? mustLose(done.complaints) : done.complaints;
  console.log(
    `seed ${seed} ${kind}: ${complaints.length ? "FAILED" : "ok"}, ${done.sent} sent, ` +
    `${done.acknowledged} acknowledged, ${done.found} found, ${Date.now() - began} ms; ${done.verified}`,
  );
  if (!complaints.length) {
    passed++;
    rmSync(dir, { recursive: true });
    return;
  }
  failed++;
  writeFileSync(join(dir, "server.log"), done.log);
  for (const line of [...done.notes, ...complaints.slice(0, COMPLAINTS_MAX)]) console.log(`  ${line}`);
  console.log(`  again: tests/crash/run --rounds 1 --seed ${seed} --kind ${kind}`);
  console.log(`  what is left: ${dir}`);
}

/** A disk that only pretends to sync must be found out, by lost messages and nothing else. */
function mustLose(complaints: string[]): string[] {
  const lost = complaints.some((one) => one.includes("acknowledged and is lost"));
  return lost ? [] : ["a sync that was pretended was not noticed", ...complaints];
}

if (values.kind === undefined) await round("pretend", seed);
for (let i = 0; i < rounds; i++)
  await round((values.kind as Kind | undefined) ?? TABLE[(seed + i) % TABLE.length] as Kind, seed + i);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
