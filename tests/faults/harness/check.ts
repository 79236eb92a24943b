/**
 * Judges a scenario once its faults have ended and every device has compared heads: every `ok` stands
 * exactly once for every member, logs are dense and the same to all, a non-member was told nothing,
 * what was left open stands once or never. It looks at plain data, so that what it says of a record
 * that was tampered with can be tested (check.test.ts).
 */
import type { ChatEvent, Id } from "../../../client/src/index.ts";
import type { Held, Said } from "./crowd.ts";

/** One conversation, as one server tells it. */
export interface Log {
  conversation: Id;
  /** Of a 1:1 the two; those of a group stand in its events. */
  pair?: readonly Id[];
  events: readonly ChatEvent[];
}

export interface Record {
  said: readonly Said[];
  /** What each server says stands. */
  logs: readonly ReadonlyMap<Id, Log>[];
  held: readonly Held[];
}

export interface Verdict {
  sent: number;
  acknowledged: number;
  /** For good, as by whoever is not in the group at the time. */
  refused: number;
  /** Said once, and never answered. */
  open: number;
  /** Acknowledged, and not there for somebody who should have it. */
  lost: number;
  /** Said once, and standing twice. */
  doubled: number;
  complaints: string[];
}

export function judge(record: Record): Verdict {
  return new Judge(record).verdict;
}

export function countsOf(said: readonly Said[]): Pick<Verdict, "sent" | "acknowledged" | "refused" | "open"> {
  const acknowledged = said.filter(({ ok }) => ok).length;
  const refused = said.filter(({ refused }) => refused !== undefined).length;
  return { sent: said.length, acknowledged, refused, open: said.length - acknowledged - refused };
}

class Judge {
  readonly verdict: Verdict;
  readonly #record: Record;
  readonly #logs: ReadonlyMap<Id, Log>;
  /** By conversation and user: whether they are told of each event. */
  readonly #known = new Map<string, boolean[]>();

  constructor(record: Record) {
    this.#record = record;
    this.#logs = record.logs[0] ?? new Map();
    this.verdict = { ...countsOf(record.said), lost: 0, doubled: 0, complaints: [] };
    this.#servers();
    for (const log of this.#logs.values()) this.#dense(log);
    this.#standing();
    for (const one of record.said) this.#said(one);
    for (const device of record.held) {
      this.#told(device);
      for (const log of this.#logs.values()) this.#holds(device, log);
    }
  }

  #complain(what: string): void {
    this.verdict.complaints.push(what);
  }

  /** All servers tell the same. */
  #servers(): void {
    for (const [i, logs] of this.#record.logs.entries()) {
      const [one, other] = [logs, this.#logs].map((all) =>
        [...all.values()].map((log) => `${log.conversation}: ${log.events.map(face).join("\n")}`).sort());
      if (JSON.stringify(one) !== JSON.stringify(other)) this.#complain(`server ${i + 1} tells another story than server 1`);
    }
  }

  #dense({ conversation, events }: Log): void {
    let n = 0;
    for (const [i, event] of events.entries()) {
      if (event.type === "message") n++;
      if (event.seq !== i + 1 || event.n !== n || event.conversation !== conversation)
        this.#complain(`${conversation}: event ${i + 1} has seq ${event.seq} and n ${event.n} for ${n}`);
    }
  }

  /** Nothing stands that nobody said, and nothing twice. */
  #standing(): void {
    const said = new Map(this.#record.said.map((one) => [one.text, one]));
    const stood = new Set<string>();
    for (const { conversation, events } of this.#logs.values()) {
      for (const event of events) {
        if (event.type !== "message") continue;
        const text = event.text ?? "";
        if (stood.has(text)) {
          this.verdict.doubled++;
          this.#complain(`${conversation}: "${text}" stands twice, again at ${event.seq}`);
        }
        stood.add(text);
        const by = said.get(text);
        if (by?.sender !== event.sender) this.#complain(`${conversation}: "${text}" at ${event.seq} was said by nobody`);
        if (by?.refused !== undefined)
          this.#complain(`"${text}" was refused (${by.refused}) and stands, by ${event.time - (by.refusedAtMs ?? 0)} ms later`);
      }
    }
  }

  #said({ text, sender, ok, refused, by }: Said): void {
    if (refused !== undefined && !this.#wasOut(sender)) this.#complain(`"${text}" was refused (${refused})`);
    if (!ok) {
      if (by === "library" && refused === undefined) this.#complain(`"${text}" was never answered`);
      return;
    }
    const event = this.#logs.get(ok.conversation)?.events[ok.seq - 1];
    if (event?.type === "message" && event.text === text) return;
    this.verdict.lost++;
    this.#complain(`"${text}" was acknowledged at ${ok.seq} of ${ok.conversation}, where there is ${face(event)}`);
  }

  /** Nobody else is refused. */
  #wasOut(user: Id): boolean {
    return [...this.#logs.values()].some(({ events }) => events.some((event) => isOut(event, user)));
  }

  /** Whatever it heard at any time stands so, and was for it to hear. */
  #told({ name, user, told }: Held): void {
    for (const event of told) {
      const log = this.#logs.get(event.conversation);
      if (!log) {
        // One's own log is no conversation.
        if (event.type === "message") this.#complain(`${name} was told of ${face(event)}, which no member has`);
        continue;
      }
      if (!this.#knows(log, user, event.seq)) this.#complain(`${name} is no member of ${log.conversation} at ${event.seq}, and was told`);
      if (face(event) !== face(log.events[event.seq - 1]))
        this.#complain(`${name} was told ${face(event)}, and ${face(log.events[event.seq - 1])} stands`);
    }
  }

  #knows(log: Log, user: Id, seq: number): boolean {
    const key = `${log.conversation} ${user}`;
    const known = this.#known.get(key) ?? knownOf(log, user);
    this.#known.set(key, known);
    return known[seq - 1] ?? false;
  }

  /** What it holds at the end is what a member may read, all of it, in order. */
  #holds({ name, user, rows }: Held, log: Log): void {
    const { conversation, events } = log;
    const rowsHere = rows.get(conversation) ?? [];
    const head = events.length;
    if (!this.#knows(log, user, head) || isOut(events[head - 1], user)) return;
    let first = head;
    while (first > 1 && this.#knows(log, user, first - 1) && !comesIn(events[first - 1], user)) first--;
    const here = new Map(rowsHere.map((row) => [row.seq, row]));
    for (const event of events.slice(first - 1)) {
      const row = here.get(event.seq);
      if (row && face(row) === face(event)) continue;
      if (event.type === "message") this.verdict.lost++;
      this.#complain(`${name} has ${face(row)} for ${face(event)} of ${conversation}`);
    }
    if (rowsHere.some((row, i) => i > 0 && row.seq <= (rowsHere[i - 1] as ChatEvent).seq))
      this.#complain(`${name} holds ${conversation} out of order`);
  }
}

/** What of an event is the same to all who may see it. */
function face(event: ChatEvent | undefined): string {
  if (!event) return "nothing";
  const { seq, n, sender, type, time } = event;
  return JSON.stringify([seq, n, sender, type, time, "text" in event ? event.text : undefined]);
}

/** Whether the user is told of each event: the removal is the last thing one hears. */
function knownOf({ pair, events }: Log, user: Id): boolean[] {
  if (pair) return events.map(() => pair.includes(user));
  let inside = false;
  return events.map((event) => {
    if (event.type === "created") inside = event.sender === user || event.members.some((one) => one.user === user);
    if (comesIn(event, user)) inside = true;
    const known = inside;
    if (isOut(event, user)) inside = false;
    return known;
  });
}

function comesIn(event: ChatEvent | undefined, user: Id): boolean {
  return event?.type === "added" && event.user === user;
}

function isOut(event: ChatEvent | undefined, user: Id): boolean {
  return event?.type === "removed" && event.user === user;
}
