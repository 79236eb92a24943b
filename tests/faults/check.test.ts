/** Nothing fails, and the checker has nothing to say; then its record is tampered with, in each way that
 * it is there for, and it says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent, EventMessage } from "../../client/src/index.ts";
import type { Log, Record } from "./harness/check.ts";
import { judge } from "./harness/check.ts";
import type { Held, Said } from "./harness/crowd.ts";
import { OUTSIDER } from "./harness/crowd.ts";
import { survives } from "./harness/scenario.ts";

const MESSAGES = 60;
let truth: Record;

test("nothing fails", async () => {
  truth = await survives("nothing fails", (crowd) => crowd.getsOn(MESSAGES));
});

/** What one may tamper with. */
interface Tampered {
  said: Said[];
  logs: Map<string, Log & { events: ChatEvent[] }>[];
  held: Held[];
}

function group({ logs }: Tampered): Log & { events: ChatEvent[] } {
  return [...logs[0]?.values() ?? []].find(({ pair }) => !pair) as Log & { events: ChatEvent[] };
}

function messageIn({ events }: { events: readonly ChatEvent[] }): EventMessage {
  return events.findLast((event): event is EventMessage => event.type === "message") as EventMessage;
}

/** Of the first device, which is the owner's. */
function rowsOf(record: Tampered): ChatEvent[] {
  return record.held[0]?.rows.get(group(record).conversation) as ChatEvent[];
}

/** Who is out of the group after these events. */
function awayAt(events: readonly ChatEvent[]): string | undefined {
  const last = events.findLast(({ type }) => type === "added" || type === "removed");
  return last?.type === "removed" ? last.user : undefined;
}

function outsider({ held }: Tampered): Held {
  return held.find(({ name }) => name === OUTSIDER) as Held;
}

const TAMPERINGS: [string, RegExp, (record: Tampered) => void][] = [
  ["a device lacks a message that was acknowledged", /has nothing for/, (record) => {
    const { seq } = messageIn(group(record));
    const rows = rowsOf(record);
    rows.splice(rows.findIndex((row) => row.seq === seq), 1);
  }],
  ["a device has two in another order", /has .* for /, (record) => {
    const [one, other] = rowsOf(record).filter((row) => row.type === "message") as [EventMessage, EventMessage];
    [one.text, other.text] = [other.text as string, one.text as string];
  }],
  ["an acknowledged message is nowhere", /was acknowledged at/, (record) => {
    const said = record.said.find(({ ok }) => ok?.conversation === group(record).conversation) as Said;
    said.ok = { ...said.ok, seq: group(record).events.length + 1 } as NonNullable<Said["ok"]>;
  }],
  ["a message stands twice", /stands twice/, (record) => {
    const log = group(record);
    log.events.push({ ...messageIn(log), seq: log.events.length + 1, n: (log.events.at(-1)?.n ?? 0) + 1 });
  }],
  ["one that was left open stands twice", /stands twice/, (record) => {
    const log = group(record);
    const event = messageIn(log);
    delete record.said.find(({ text }) => text === event.text)?.ok;
    log.events.push({ ...event, seq: log.events.length + 1, n: (log.events.at(-1)?.n ?? 0) + 1 });
  }],
  ["what was refused stands", /was refused \(forbidden\) and stands/, (record) => {
    const said = record.said.find(({ text }) => text === messageIn(group(record)).text) as Said;
    said.refused = "forbidden";
  }],
  ["what was refused stood before", /was refused \(forbidden\) and stands/, (record) => {
    const event = messageIn(group(record));
    const said = record.said.find(({ text }) => text === event.text) as Said;
    Object.assign(said, { by: "library", refused: "forbidden", refusedAtMs: event.time + 1 });
  }],
  ["a member is refused", /was refused \(bad_request\)/, (record) => {
    record.said.push({ text: "let me", sender: record.held[0]?.user ?? "", by: "curl", refused: "bad_request" });
  }],
  ["something stands that nobody said", /was said by nobody/, (record) => {
    messageIn(group(record)).text = "said by nobody";
  }],
  ["a log has a gap", /has seq/, (record) => void group(record).events.splice(2, 1)],
  ["a server tells another story", /server 2 tells another story/, (record) => {
    record.logs[1]?.delete(group(record).conversation);
  }],
  ["the library never answers", /was never answered/, (record) => {
    record.said.push({ text: "still there?", sender: record.held[0]?.user ?? "", by: "library" });
  }],
  ["an outsider is told", /is no member/, (record) => void outsider(record).told.push(messageIn(group(record)))],
  ["one who was put out is told what came next", /is no member/, (record) => {
    const { events } = group(record);
    const unheard = events.findLast((event, i) => event.type === "message" && awayAt(events.slice(0, i)));
    assert.ok(unheard, "nothing was said while the guest was out");
    const guest = awayAt(events.slice(0, unheard.seq - 1));
    record.held.find(({ user }) => user === guest)?.told.push(unheard);
  }],
];

test("an honest record is taken", () => assert.deepEqual(judge(structuredClone(truth)).complaints, []));

for (const [what, complaint, tamper] of TAMPERINGS) {
  test(`it is seen that ${what}`, () => {
    const record = structuredClone(truth) as Tampered;
    tamper(record);
    assert.match(judge(record).complaints.join("\n"), complaint);
  });
}
