/** People in one group, all of whom write without end; and whether what each of them was told is so. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Appended, ChatEvent, Id } from "../../../client/src/index.ts";
import type { Device, Person } from "../../integration/harness/people.ts";
import { befriend, people, textsOf } from "../../integration/harness/people.ts";
import type { Server } from "../../integration/harness/server.ts";
import { PATIENCE, eventually, sleep, until } from "../../integration/harness/wait.ts";
import { restAt } from "../../integration/harness/web.ts";

/** How long each waits before the next message, at most. */
const PACE_MS = 200;
/** Until all of a burst is there: the machine is busy. */
const MS_MAX = 60_000 * PATIENCE;
const PAGE = 100;

interface Said {
  text: string;
  sender: Id;
  ok?: Appended;
}

export class Load {
  readonly devices: Device[] = [];
  readonly #said: Said[] = [];
  #owner!: Person;
  #group!: Id;
  #over = false;
  #all: Promise<void>[] = [];

  /** So many people, each on one device; they ask at these nodes in turn. */
  static async start(nodes: readonly Server[], names: number): Promise<Load> {
    const load = new Load();
    const all = (await Promise.all(Array.from({ length: names }, (_, i) =>
      people(nodes[i % nodes.length] as Server, `p${i}`)))).flat();
    const [owner, ...others] = all as [Person, ...Person[]];
    for (const other of others) await befriend(owner, other);
    const { conversation } = await owner.rest.call("group.create",
      { title: "all", members: others.map(({ user }) => user), key: randomBytes(8).toString("hex") }, owner.token);
    load.#owner = owner;
    load.#group = conversation;
    load.devices.push(...await Promise.all(all.map((one) => one.on("first"))));
    load.#all = load.devices.map((device) => load.#writes(device));
    return load;
  }

  get acknowledged(): number {
    return this.#said.filter(({ ok }) => ok).length;
  }

  /** So many more are acknowledged. */
  async getsOn(messages = 20): Promise<void> {
    const enough = this.acknowledged + messages;
    await eventually(() => this.acknowledged >= enough || undefined, `${messages} more messages`, MS_MAX);
  }

  /** No more is said, and whatever was is known to stand. Everything acknowledged stands where that was
   * said, once; each node tells of it without a gap, and each device holds all. The answer: how many. */
  async ends(nodes: readonly Server[]): Promise<number> {
    this.#over = true;
    await Promise.all(this.#all);
    const logs = await Promise.all(nodes.map((node) => this.#log(node)));
    for (const events of logs) this.#judge(events);
    const texts = (logs[0] as ChatEvent[]).flatMap((event) => (event.type === "message" ? [event.text] : []));
    for (const device of this.devices) assert.deepEqual(await this.#held(device, texts.length), texts);
    return this.#said.length;
  }

  async #writes(device: Device): Promise<void> {
    const open: Promise<void>[] = [];
    while (!this.#over) {
      const one: Said = { text: `message ${this.#said.length}`, sender: device.user };
      this.#said.push(one);
      open.push(device.sends(this.#group, one.text).then((ok) => void (one.ok = ok)));
      await sleep(PACE_MS * Math.random());
      // So that nobody's outbox grows without end.
      if (open.length > 10) await open.shift();
    }
    await Promise.all(open);
  }

  async #log(node: Server): Promise<ChatEvent[]> {
    const events: ChatEvent[] = [];
    for (;;) {
      const args = { conversation: this.#group, after: events.length, limit: PAGE };
      const page = await restAt(node.base).call("message.history", args, this.#owner.token);
      if (page.events.length === 0) return events;
      events.push(...page.events);
    }
  }

  #judge(events: readonly ChatEvent[]): void {
    for (const [i, event] of events.entries()) assert.equal(event.seq, i + 1, "without a gap");
    const messages = events.filter((event) => event.type === "message");
    assert.equal(messages.length, this.#said.length, "as many stand as were said");
    for (const { text, sender, ok } of this.#said) {
      assert.ok(ok, `${text} was not acknowledged`);
      const event = events[ok.seq - 1];
      assert.ok(event?.type === "message" && event.text === text && event.sender === sender, `${text} at ${ok.seq}`);
    }
  }

  async #held(device: Device, messages: number): Promise<(string | undefined)[]> {
    const { parley } = device;
    const close = parley.open(this.#group);
    const timeline = parley.timeline(this.#group);
    await eventually(async () => {
      await parley.loadOlder(this.#group);
      return !timeline.getSnapshot().has_older || undefined;
    }, `${device.person.name} reads from the beginning`, MS_MAX);
    const view = await until(timeline, (now) => textsOf(now).length >= messages, `${device.person.name} holds all`, MS_MAX);
    close();
    return textsOf(view);
  }
}
