/**
 * People and their devices, in verbs: `alice.sends(bob, "hello")`, `bob.sees("hello")`. A device
 * is the client library on a real socket, with a wire that a test can disturb.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type {
  Appended, ConversationView, Id, MessageStatus, MessageView, Push, Rest, Socket, Storage,
  TimelineView, Transport,
} from "../../../client/src/index.ts";
import { MemoryStorage, Parley, webSocketTransport } from "../../../client/src/index.ts";
import { Raw } from "./raw.ts";
import type { Server } from "./server.ts";
import { until } from "./wait.ts";
import { anAddress, fetchFrom, restAt } from "./web.ts";

export const PASSWORD = "correct horse";

/** Where one asks: a server, or what stands before some. */
export type Place = Pick<Server, "base" | "socketUrl">;

/** The library's transport, which loses frames and breaks when a test says so. */
export class Wire implements Transport {
  /** True: the frame never arrives. */
  loses: (frame: { push?: Push["push"]; [field: string]: unknown }) => boolean = () => false;
  lost = 0;
  /** All that arrived, whatever became of it. */
  readonly heard: string[] = [];
  /** Where it was opened last. */
  url = "";
  /** Events of the socket that is up, to break it. */
  #up: { socket: Socket; closed: (code: number, reason: string) => void } | undefined;

  open(url: string, handlers: Parameters<Transport["open"]>[1]): Socket {
    this.url = url;
    const socket = webSocketTransport.open(url, {
      ...handlers,
      received: (text) => {
        this.heard.push(text);
        if (this.loses(JSON.parse(text) as { push?: Push["push"] })) this.lost++;
        else handlers.received(text);
      },
    });
    this.#up = { socket, closed: handlers.closed };
    return socket;
  }

  /** The connection breaks, without a word to either side's user. */
  breaks(): void {
    this.#up?.socket.close(1000, "");
    this.#up?.closed(1006, "");
  }
}

export class Person {
  readonly server: Place;
  readonly name: string;
  readonly user: Id;
  readonly device: Id;
  /** Of the device that signed up. */
  readonly token: string;
  readonly rest: Rest;
  password = PASSWORD;

  constructor(server: Place, name: string, session: { user: Id; device: Id; token: string }, rest: Rest) {
    this.server = server;
    this.name = name;
    this.user = session.user;
    this.device = session.device;
    this.token = session.token;
    this.rest = rest;
  }

  /** Another device, signed in and up to date. */
  async on(name: string, storage: Storage = new MemoryStorage()): Promise<Device> {
    const device = new Device(this, storage);
    await device.parley.signIn({ username: this.name, password: this.password, device_name: name });
    await device.isUpToDate();
    return device;
  }

  /** The same, asking there. */
  at(server: Place): Person {
    const { name, user, device, token } = this;
    return new Person(server, name, { user, device, token }, restAt(server.base));
  }

  raw(): Promise<Raw> {
    return Raw.signedIn(this.server, this.token);
  }
}

/** Signs up somebody whose name starts so. */
export async function person(server: Place, name: string): Promise<Person> {
  const rest = restAt(server.base);
  const username = `${name}-${randomBytes(5).toString("hex")}`;
  const session = await rest.call("signup", { username, password: PASSWORD, display_name: name });
  return new Person(server, username, session, rest);
}

export function people(server: Place, ...names: string[]): Promise<Person[]> {
  return Promise.all(names.map((name) => person(server, name)));
}

/** Each of them on one device. */
export async function online(server: Place, ...names: string[]): Promise<Device[]> {
  return Promise.all((await people(server, ...names)).map((one) => one.on("first")));
}

/** Contacts: what the one writes first is no request to the other. */
export async function befriend(one: Person, other: Person): Promise<void> {
  await one.rest.call("contact.request", { user: other.user }, one.token);
  await other.rest.call("contact.accept", { user: one.user }, other.token);
}

/** As online(), and all of them are contacts of each other. */
export async function friends(server: Place, ...names: string[]): Promise<Device[]> {
  const all = await people(server, ...names);
  for (const [i, one] of all.entries()) for (const other of all.slice(i + 1)) await befriend(one, other);
  return Promise.all(all.map((one) => one.on("first")));
}

const devices = new Set<Device>();

/** Takes all devices down, at the end of a test. */
export function everybodyLeaves(): void {
  for (const device of devices) device.parley.stop();
  devices.clear();
}

export class Device {
  readonly person: Person;
  readonly wire = new Wire();
  readonly parley: Parley;
  readonly storage: Storage;

  constructor(person: Person, storage: Storage) {
    this.person = person;
    this.storage = storage;
    this.parley = new Parley({
      base: person.server.base, storage, transport: this.wire, fetch: fetchFrom(anAddress()),
    });
    devices.add(this);
  }

  /** All frames that reached it. */
  get heard(): readonly string[] {
    return this.wire.heard;
  }

  get user(): Id {
    return this.person.user;
  }

  /** Another run of the same device: what it stored is there, what it only knew is not. */
  async starts(): Promise<Device> {
    const again = new Device(this.person, this.storage);
    await again.parley.load();
    return again;
  }

  async isUpToDate(): Promise<void> {
    await until(this.parley.synced, (synced) => synced, "a compare that is through");
  }

  async isOnline(): Promise<void> {
    await until(this.parley.status, (status) => status.state === "online", "a connection");
  }

  /** Does not wait before it connects again, where a person would. */
  hurries(): void {
    const { status } = this.parley;
    status.subscribe(() => {
      if (status.getSnapshot().state === "waiting") this.parley.retryNow();
    });
  }

  goesAway(): void {
    this.parley.stop();
  }

  async comesBack(): Promise<void> {
    this.parley.start();
    await this.isUpToDate();
  }

  sends(to: Device | Id, text: string, more: { reply_to?: number; kind?: string } = {}): Promise<Appended> {
    return this.parley.send(idOf(to), text, more);
  }

  /** The message with this text. */
  async sees(text: string, where: Device | Id): Promise<MessageView> {
    const view = await until(
      this.parley.timeline(idOf(where)),
      (timeline) => find(timeline, text) !== undefined,
      `${this.person.name} sees "${text}"`,
    );
    return find(view, text) as MessageView;
  }

  /** The texts of all messages, as they stand, when the last of them is `last`. */
  async seesAll(texts: (string | undefined)[], where: Device | Id): Promise<void> {
    const timeline = this.parley.timeline(idOf(where));
    const same = (view: TimelineView): boolean => JSON.stringify(textsOf(view)) === JSON.stringify(texts);
    try {
      await until(timeline, same, `${this.person.name} sees all`);
    } catch {
      assert.deepEqual(textsOf(timeline.getSnapshot()), texts);
    }
  }

  async seesTick(text: string, where: Device | Id, status: MessageStatus): Promise<void> {
    await until(
      this.parley.timeline(idOf(where)),
      (timeline) => find(timeline, text)?.status === status,
      `"${text}" is ${status} for ${this.person.name}`,
    );
  }

  async seesConversation(
    where: Device | Id,
    good: (view: ConversationView) => boolean,
    what: string,
  ): Promise<ConversationView> {
    const view = await until(
      this.parley.conversation(idOf(where)),
      (view) => view !== undefined && good(view),
      `${this.person.name}: ${what}`,
    );
    return view as ConversationView;
  }

  async hasUnread(where: Device | Id, count: number): Promise<void> {
    await this.seesConversation(where, (view) => view.unread === count, `${count} unread`);
  }

  reads(where: Device | Id): void {
    this.parley.markRead(idOf(where));
  }
}

export function idOf(one: Device | Id): Id {
  return typeof one === "string" ? one : one.user;
}

export function textsOf(view: TimelineView): (string | undefined)[] {
  return view.items.flatMap((item) => (item.type === "message" ? [item.text] : []));
}

function find(view: TimelineView, text: string): MessageView | undefined {
  for (const item of view.items) if (item.type === "message" && item.text === text) return item;
  return undefined;
}
