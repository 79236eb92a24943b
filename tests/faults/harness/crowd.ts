/**
 * The people of a scenario, who talk all the while, and the record of what each said and was told.
 *
 * Each has two devices; neighbours are contacts and talk to each other, all are in one group. One of
 * them, the guest, is put out of it and taken in again all the time, and an outsider sees nothing.
 * Besides, some write as curl would: one try each, whatever comes of it.
 */
import { randomBytes } from "node:crypto";
import type { Appended, ChatEvent, Id, Session } from "../../../client/src/index.ts";
import { MemoryStorage, Parley, ParleyError, Rest } from "../../../client/src/index.ts";
import type { Fetch } from "../../../client/src/rest.ts";
import { PASSWORD, Wire } from "../../integration/harness/people.ts";
import type { Server } from "../../integration/harness/server.ts";
import { eventually, sleep, until, within } from "../../integration/harness/wait.ts";
import { anAddress, fetchFrom } from "../../integration/harness/web.ts";
import { HEAL_MS_MAX } from "./rig.ts";

const ROWS = "copy/row/";
/** How long a device waits before it says the next thing, at most; and how much may be open then. */
const PACE_MS = 1000;
const OPEN_MAX = 8;
/** One without a client library waits no longer for its answer. */
const CURL_MS_MAX = 8000;
const CURL_EVERY_MS = 300;
const GUEST_EVERY_MS = 1500;
/** The guest is out already, or in: by a try whose outcome was not known. */
const MOVED = ["already_member", "not_member"];
/** Who waits for the end of a fault tries again so often, where a person would press the button. */
const HURRY_MS = 1000;

/** Something that was said, and what its sender was told of it. */
export interface Said {
  text: string;
  sender: Id;
  /** The outbox says it again until it knows; curl does not. */
  by: "library" | "curl";
  ok?: Appended;
  refused?: string;
  refusedAtMs?: number;
}

/** What one device holds, and all that it was ever told. */
export interface Held {
  name: string;
  user: Id;
  /** By conversation, ascending. */
  rows: Map<Id, ChatEvent[]>;
  told: ChatEvent[];
}

/** Asks whichever server is there, as what stands before several does. */
function anyOf(servers: readonly Server[]): Fetch {
  const asks = fetchFrom(anAddress());
  return async (url, init) => {
    const { pathname, search } = new URL(url);
    const first = Math.floor(Math.random() * servers.length);
    let thrown: unknown;
    for (let i = 0; i < servers.length; i++) {
      const { base } = servers[(first + i) % servers.length] as Server;
      try {
        return await asks(base + pathname + search, init);
      } catch (why) {
        if ((why as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw why;
        thrown = why;
      }
    }
    throw thrown;
  };
}

/** Where nothing is to fail: again while the server says so, as on a busy machine. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + HEAL_MS_MAX; ; await sleep(HURRY_MS)) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof ParleyError && thrown.transient) || Date.now() > end) throw thrown;
    }
  }
}

/** Of a text that is said once: what may stand in one. */
export function keyOf(text: string): string {
  return text.replaceAll(" ", ".");
}

function aKey(): string {
  return randomBytes(8).toString("hex");
}

/** The device of whoever is in no conversation. */
export const OUTSIDER = "outsider";

interface Person {
  username: string;
  session: Session;
}

export class Device {
  readonly name: string;
  readonly user: Id;
  readonly parley: Parley;
  readonly #wire = new Wire();
  readonly #storage = new MemoryStorage();

  constructor(name: string, user: Id, servers: readonly Server[]) {
    this.name = name;
    this.user = user;
    this.parley = new Parley({
      base: (servers[0] as Server).base, storage: this.#storage, transport: this.#wire, fetch: anyOf(servers),
    });
  }

  async signIn(username: string): Promise<void> {
    await this.parley.signIn({ username, password: PASSWORD, device_name: this.name });
    await until(this.parley.synced, (synced) => synced, `${this.name} is up to date`, HEAL_MS_MAX);
  }

  /** Does not wait any longer for its next try. */
  hurries(): void {
    this.parley.retryNow();
  }

  /** All that it said is known to stand or not to, and it has compared heads since. */
  async settles(): Promise<void> {
    const { parley } = this;
    await until(parley.outbox, (items) => items.every((item) => item.state !== "waiting"),
      `the outbox of ${this.name} is empty`, HEAL_MS_MAX);
    await eventually(async () => {
      await parley.compare();
      return parley.synced.getSnapshot() || undefined;
    }, `${this.name} has compared`, HEAL_MS_MAX);
  }

  /** Up to the heads that there are; of the whole conversation, as far back as it goes. */
  async has(heads: Map<Id, number>): Promise<Held> {
    const opened: (() => void)[] = [];
    for (const [conversation, head] of heads) {
      await until(this.parley.timeline(conversation), (view) => lastOf(view.items) >= head,
        `${this.name} has ${head} of ${conversation}`, HEAL_MS_MAX);
      // What nobody looks at is cut to its newest rows.
      opened.push(this.parley.open(conversation));
      const timeline = this.parley.timeline(conversation);
      await eventually(async () => {
        await this.parley.loadOlder(conversation);
        return !timeline.getSnapshot().has_older || undefined;
      }, `${this.name} has ${conversation} from its beginning`, HEAL_MS_MAX);
    }
    // What it has just read is stored a moment later. Whether all is there is for the checker to say.
    await eventually(async () => {
      const rows = await this.#rows();
      return [...heads].every(([id, head]) => lastOf(rows.get(id) ?? []) >= head) || undefined;
    }, "").catch(() => {});
    const told = this.#wire.heard.flatMap((text) => eventsIn(JSON.parse(text)));
    const held = { name: this.name, user: this.user, rows: await this.#rows(), told };
    for (const close of opened) close();
    return held;
  }

  async #rows(): Promise<Map<Id, ChatEvent[]>> {
    const rows = new Map<Id, ChatEvent[]>();
    for (const [, value] of await this.#storage.scan(ROWS)) {
      const row = value as ChatEvent;
      rows.set(row.conversation, [...(rows.get(row.conversation) ?? []), row]);
    }
    return rows;
  }
}

function lastOf(items: readonly { seq?: number }[]): number {
  return items.reduce((last, { seq }) => Math.max(last, seq ?? 0), 0);
}

/** Whatever in a frame is an event. */
export function eventsIn(value: unknown): ChatEvent[] {
  if (typeof value !== "object" || value === null) return [];
  const { conversation, seq, type, sender } = value as Partial<ChatEvent>;
  if (conversation && seq && type && sender) return [value as ChatEvent];
  return Object.values(value).flatMap(eventsIn);
}

export class Crowd {
  readonly said: Said[] = [];
  readonly members: Session[] = [];
  /** Theirs, in the same order. */
  readonly usernames: string[] = [];
  readonly devices: Device[] = [];
  readonly servers: readonly Server[];
  group: Id = "";
  /** The answers to curl that were refusals, by code; of those that say when to try again how many. */
  readonly refusals = new Map<string, number>();
  retryable = 0;
  #talking: Promise<void>[] = [];
  #stopped = false;

  private constructor(servers: readonly Server[]) {
    this.servers = servers;
  }

  static async gather(servers: readonly Server[], people = 4, devicesEach = 2): Promise<Crowd> {
    const crowd = new Crowd(servers);
    const [outsider, ...members] = await Promise.all(Array.from({ length: people + 1 }, () => crowd.#signUp())) as
      [Person, ...Person[]];
    crowd.members.push(...members.map(({ session }) => session));
    crowd.usernames.push(...members.map(({ username }) => username));
    await Promise.all(members.map(async ({ session: one }, i) => {
      const { session: other } = members[(i + 1) % people] as Person;
      const [asked, accepted] = [aKey(), aKey()];
      await patiently(() => crowd.rest.call("contact.request", { user: other.user, key: asked }, one.token));
      await patiently(() => crowd.rest.call("contact.accept", { user: one.user, key: accepted }, other.token));
    }));
    const [{ token }, ...rest] = crowd.members as [Session, ...Session[]];
    const key = aKey();
    const made = await patiently(() =>
      crowd.rest.call("group.create", { title: "all", members: rest.map(({ user }) => user), key }, token));
    crowd.group = made.conversation;
    const seats = members.flatMap((person, i) =>
      Array.from({ length: devicesEach }, (_, n) => ({ ...person, device: `${i}.${n}` })));
    seats.push({ ...outsider, device: OUTSIDER });
    await Promise.all(seats.map(async ({ session: { user }, username, device }) => {
      const one = new Device(device, user, servers);
      crowd.devices.push(one);
      await patiently(() => one.signIn(username));
    }));
    return crowd;
  }

  /** At whichever server answers. */
  get rest(): Rest {
    return new Rest((this.servers[0] as Server).base, anyOf(this.servers));
  }

  get acknowledged(): number {
    return this.said.filter(({ ok }) => ok).length;
  }

  get guest(): Session {
    return this.members.at(-1) as Session;
  }

  talks(): void {
    this.#stopped = false;
    for (const device of this.devices) if (device.name !== OUTSIDER) this.#loop(() => this.#says(device));
    for (const server of this.servers) this.#loop(() => this.#curls(server));
    this.#loop(() => this.#movesGuest());
  }

  /** Waits for so many more acknowledgements. */
  async getsOn(more = 30): Promise<void> {
    const before = this.acknowledged;
    await eventually(() => this.acknowledged >= before + more || undefined,
      `${more} more acknowledgements than ${before}`, HEAL_MS_MAX);
  }

  /** Nobody says anything more, and everything that was said is settled. */
  async settles(): Promise<void> {
    this.#stopped = true;
    const hurry = setInterval(() => this.devices.forEach((device) => device.hurries()), HURRY_MS);
    try {
      await within(Promise.all(this.#talking.splice(0)), "everybody has an answer", HEAL_MS_MAX);
      await Promise.all(this.devices.map((device) => device.settles()));
    } finally {
      clearInterval(hurry);
    }
  }

  leaves(): void {
    this.#stopped = true;
    for (const { parley } of this.devices) parley.stop();
  }

  /** The library says it until it is answered. */
  async says(device: Device, to: Id, text = this.#text(device.name)): Promise<void> {
    await this.#hears({ text, sender: device.user, by: "library" }, device.parley.send(to, text));
  }

  /** Says it once. */
  async curls(server: Server, sender: Session, to: Id, text = this.#text("curl")): Promise<void> {
    const rest = new Rest(server.base, fetchFrom(anAddress()));
    const signal = AbortSignal.timeout(CURL_MS_MAX);
    await this.#hears({ text, sender: sender.user, by: "curl" },
      rest.call("message.send", { to, text, key: keyOf(text) }, sender.token, signal));
  }

  async #hears(said: Said, answer: Promise<Appended>): Promise<void> {
    this.said.push(said);
    try {
      said.ok = await answer;
    } catch (thrown) {
      if (!(thrown instanceof ParleyError)) throw thrown;
      this.refusals.set(thrown.code, (this.refusals.get(thrown.code) ?? 0) + 1);
      if (thrown.retry_after_ms !== undefined) this.retryable++;
      if (!thrown.transient) Object.assign(said, { refused: thrown.code, refusedAtMs: Date.now() });
    }
  }

  #text(who: string): string {
    return `${who} says ${this.said.length} ${randomBytes(4).toString("hex")}`;
  }

  #loop(turn: () => Promise<void>): void {
    this.#talking.push((async () => {
      while (!this.#stopped) await turn();
    })());
  }

  async #says(device: Device): Promise<void> {
    const open: Promise<void>[] = [];
    while (!this.#stopped && open.length < OPEN_MAX) {
      const at = this.members.findIndex(({ user }) => user === device.user);
      const neighbour = this.members[(at + 1) % this.members.length] as Session;
      open.push(this.says(device, Math.random() < 0.5 ? this.group : neighbour.user));
      await sleep(PACE_MS * Math.random());
    }
    await Promise.all(open);
  }

  async #curls(server: Server): Promise<void> {
    const sender = this.members[Math.floor(Math.random() * this.members.length)] as Session;
    await this.curls(server, sender, this.group);
    await sleep(CURL_EVERY_MS);
  }

  /** Out, or in again; the next turn does it where this one came to nothing. */
  async #movesGuest(): Promise<void> {
    const { token } = this.members[0] as Session;
    for (const cmd of ["group.remove", "group.add"] as const) {
      const args = { conversation: this.group, user: this.guest.user, key: aKey() };
      await this.rest.call(cmd, args, token, AbortSignal.timeout(CURL_MS_MAX)).catch((thrown: unknown) => {
        if (!(thrown instanceof ParleyError) || !(thrown.transient || MOVED.includes(thrown.code))) throw thrown;
      });
      await sleep(GUEST_EVERY_MS);
    }
  }

  /** A name whose outcome is not known is another's the next time. */
  #signUp(): Promise<Person> {
    return patiently(async () => {
      const username = `p-${aKey()}`;
      return { username, session: await this.rest.call("signup", { username, password: PASSWORD }) };
    });
  }
}
