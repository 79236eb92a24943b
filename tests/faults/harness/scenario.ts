/** One scenario: people talk, something fails, it is over, all of them settle, and the checker speaks. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after } from "node:test";
import type { ChatEvent, Entry, Id } from "../../../client/src/index.ts";
import { Rest } from "../../../client/src/index.ts";
import type { Server } from "../../integration/harness/server.ts";
import { anAddress, fetchFrom } from "../../integration/harness/web.ts";
import type { Log, Record, Verdict } from "./check.ts";
import { countsOf, judge } from "./check.ts";
import { Crowd } from "./crowd.ts";
import { rig } from "./rig.ts";

const PAGE = 100;
const COMPLAINTS_SHOWN = 20;
const HEADER = "| scenario | sent | acknowledged | refused | left open | lost | doubled | seconds of it | then all settled in |\n" +
  "|---|---|---|---|---|---|---|---|---|\n";
const rows: string[] = [];

/** What is said in one group for at most so long is less than the library holds of it while it is looked at
 * (ROWS_OPEN_MAX), whatever the next scenario adds. */
const SAID_MAX = 2500;

/** The same people, with ever more behind them, until that is much; others where a scenario went wrong. */
let people: Crowd | undefined;

/** They talk while `faults` does what it does; whatever it did to a wire is undone after it. */
export async function survives(name: string, faults: (crowd: Crowd) => Promise<void>): Promise<Record> {
  const crowd = people ?? await Crowd.gather(rig.servers);
  people = undefined;
  try {
    const before = crowd.said.length;
    crowd.talks();
    await crowd.getsOn();
    const since = Date.now();
    await faults(crowd);
    rig.links.mend();
    const healed = Date.now();
    await crowd.getsOn();
    await crowd.settles();
    const settled = Date.now();
    const record = await recordOf(crowd);
    const verdict = judge(record);
    report(name, { ...verdict, ...countsOf(record.said.slice(before)) }, healed - since, settled - healed);
    verifies(verdict);
    if (crowd.said.length < SAID_MAX) people = crowd;
    return record;
  } finally {
    rig.links.mend();
    if (!people) crowd.leaves();
  }
}

export function verifies({ complaints }: Verdict): void {
  const shown = complaints.slice(0, COMPLAINTS_SHOWN).join("\n");
  assert.equal(complaints.length, 0, `${complaints.length} complaints:\n${shown}`);
}

export function report(name: string, verdict: Omit<Verdict, "complaints">, faultMs: number, healMs?: number): void {
  const { sent, acknowledged, refused, open, lost, doubled } = verdict;
  const [fault, heal] = [faultMs, healMs].map((ms) => (ms === undefined ? "" : `${(ms / 1000).toFixed(1)} s`));
  rows.push(`| ${[name, sent, acknowledged, refused, open, lost, doubled, fault, heal].join(" | ")} |\n`);
  process.stdout.write(rows.at(-1) as string);
}

after(() => {
  people?.leaves();
  mkdirSync("build/faults", { recursive: true });
  writeFileSync("build/faults/table.md", HEADER + rows.join(""));
});

/** What everybody was told, and what stands by each server's word. */
export async function recordOf(crowd: Crowd): Promise<Record> {
  const logs = [];
  for (const server of rig.servers) logs.push(await logsOf(server, crowd));
  const heads = new Map([...(logs[0] as Map<Id, Log>).values()].map((log) => [log.conversation, log]));
  const held = [];
  for (const device of crowd.devices) held.push(await device.has(headsOf(device.user, heads)));
  return { said: crowd.said, logs, held };
}

function headsOf(user: Id, logs: Map<Id, Log>): Map<Id, number> {
  const heads = new Map<Id, number>();
  for (const { conversation, pair, events } of logs.values()) {
    const out = events.findLast((event) => (event.type === "added" || event.type === "removed") && event.user === user);
    const inGroup = events[0]?.type === "created" && out?.type !== "removed" &&
      (out !== undefined || events[0].members.some((one) => one.user === user) || events[0].sender === user);
    if (pair ? pair.includes(user) : inGroup) heads.set(conversation, events.length);
  }
  return heads;
}

async function logsOf(server: Server, crowd: Crowd): Promise<Map<Id, Log>> {
  const rest = new Rest(server.base, fetchFrom(anAddress()));
  const logs = new Map<Id, Log>();
  for (const { user, token } of crowd.members) {
    for (const { conversation, kind, peer } of await listOf(rest, token)) {
      if (logs.has(conversation)) continue;
      const events = await eventsOf(rest, token, conversation);
      logs.set(conversation, { conversation, events, ...(kind === "direct" && peer ? { pair: [user, peer] } : {}) });
    }
  }
  return logs;
}

async function listOf(rest: Rest, token: string): Promise<Entry[]> {
  const lists = await Promise.all([false, true].map((requests) => rest.call("conversation.list", { requests }, token)));
  return lists.flatMap(({ conversations }) => conversations);
}

async function eventsOf(rest: Rest, token: string, conversation: Id): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for (;;) {
    const page = await rest.call("message.history", { conversation, after: events.length, limit: PAGE }, token);
    if (page.events.length === 0) return events;
    events.push(...page.events);
  }
}
