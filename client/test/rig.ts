/** A clock that a test turns by hand, and a scripted other end of the transport. */
import type { ChatEvent, CommandName, Entry, EventMessage } from "../src/api.ts";
import type { Clock } from "../src/clock.ts";
import { Parley } from "../src/parley.ts";
import type { Storage } from "../src/storage.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { Socket, SocketHandlers, Transport } from "../src/transport.ts";

export const ME = "100";
export const PEER = "200";
export const CHAT = "700";

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

export class ManualClock implements Clock {
  chance = 0.5;
  #now = 1000;
  #timers: { at: number; then: () => void }[] = [];

  wall(): number {
    return 1_700_000_000_000 + this.#now;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** As a tab or a machine that stood still: what was due is late. */
  standsStill(ms: number): void {
    this.#now += ms;
  }

  /** Runs what is due within `ms`, in order, each with all that follows from it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.then();
      await settle();
    }
    this.#now = until;
  }
}

type Args = { [name: string]: any };
/** What the other end answers: a reply, an error, or nothing at all. */
export type Answer = { ok: unknown } | { error: Args } | undefined;
export type Script = (args: Args) => Answer | Promise<Answer>;

/** The end of one socket that the server would hold. */
export class FakeSocket implements Socket {
  open = true;
  readonly url: string;
  readonly frames: Args[] = [];
  readonly handlers: SocketHandlers;
  #server: FakeServer;

  constructor(server: FakeServer, url: string, handlers: SocketHandlers) {
    this.#server = server;
    this.url = url;
    this.handlers = handlers;
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Args;
    this.frames.push(frame);
    void this.#server.answer(this, frame);
  }

  close(): void {
    this.open = false;
  }

  tell(frame: unknown): void {
    if (this.open) this.handlers.received(JSON.stringify(frame));
  }

  /** The connection ends from the server's side. */
  end(code: number): void {
    if (!this.open) return;
    this.open = false;
    this.handlers.closed(code, "");
  }
}

export class FakeServer implements Transport {
  readonly sockets: FakeSocket[] = [];
  readonly asked: { cmd: string; args: Args }[] = [];
  nodes = ["/v1/socket"];
  /** False: sockets do not open. */
  up = true;
  /** Those of which sockets do not open. */
  readonly down = new Set<string>();
  /** False: nobody answers requests. */
  answers = true;
  connects = 0;
  connectAnswer: Answer;
  readonly signins: Args[] = [];
  incarnation = "a";
  entries: Entry[] = [];
  scripts = new Map<string, Script>();

  constructor() {
    this.on("auth", () => ({
      ok: {
        user: ME, device: "1", incarnation: this.incarnation, heartbeat_ms: 5000, time: 0, limits: {},
        rates: {},
      },
    }));
    this.on("beat", () => ({ ok: { pushed: 0, time: 0 } }));
    this.on("sync", ({ token }) => ({
      ok: { token: token ?? "t0", incarnation: this.incarnation, entries: token ? [] : this.#own(), more: false },
    }));
    this.on("conversation.list", ({ requests }) => ({
      ok: {
        conversations: this.entries.filter(({ kind, request }) =>
          kind !== "own" && (request ?? false) === (requests ?? false)),
      },
    }));
    this.on("conversation.get", (args) => {
      const entry = this.entries.find((one) => one.conversation === args["conversation"]);
      return entry ? { ok: { ...entry, members: [] } } : { error: { code: "not_found", message: "" } };
    });
    this.on("message.history", (args) => {
      const entry = this.entries.find((one) => one.conversation === args["conversation"]);
      return { ok: { events: [], head: entry?.head ?? 0, first: args["before"] ?? 1 } };
    });
    this.on("user.blocked", () => ({ ok: { users: [] } }));
    this.on("account.get", () => ({
      ok: {
        user: ME, username: "me", display_name: "Me", about: "", created: 0,
        privacy: { last_seen: "everyone", picture: "everyone", receipts: "everyone", groups: "everyone", write: "everyone" },
      },
    }));
    this.on("contact.list", () => ({ ok: { contacts: [] } }));
    this.on("message.starred", () => ({ ok: { events: [] } }));
    this.on("draft.list", () => ({ ok: { drafts: [] } }));
    this.on("user.get", (args) => ({
      ok: { user: args["user"], username: "x", display_name: "X", about: "", blocked: false },
    }));
    this.on("receipt.delivered", (args) => ({ ok: { delivered: args["seq"] } }));
    this.on("receipt.read", (args) => ({ ok: { read: args["seq"], unread: 0 } }));
  }

  on(cmd: CommandName, script: Script): void {
    this.scripts.set(cmd, script);
  }

  /** The own log is in no list: a new device gets it with its first token. */
  #own(): Entry[] {
    return this.entries.filter((entry) => entry.kind === "own");
  }

  open(url: string, handlers: SocketHandlers): Socket {
    const socket = new FakeSocket(this, url, handlers);
    this.sockets.push(socket);
    queueMicrotask(() => {
      if (this.up && !this.down.has(url)) handlers.opened();
      else socket.end(1006);
    });
    return socket;
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  push(push: unknown): void {
    this.socket.tell(push);
  }

  event(event: ChatEvent): void {
    this.push({ push: "event", event });
  }

  /** What was asked with this command, oldest first. */
  askedFor(cmd: CommandName): Args[] {
    return this.asked.filter((one) => one.cmd === cmd).map((one) => one.args);
  }

  async answer(socket: FakeSocket, frame: Args): Promise<void> {
    const { id, cmd, ...args } = frame;
    this.asked.push({ cmd, args });
    const answer = await this.scripts.get(cmd)?.(args);
    if (answer) socket.tell({ id, ...answer });
  }

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname;
    if (!this.answers) throw new TypeError("fetch failed");
    if (path === "/v1/connect") {
      this.connects++;
      const answer = this.connectAnswer;
      if (answer && "error" in answer) {
        return Response.json({ ...answer.error, detail: "" }, { status: 400 });
      }
      return Response.json({ nodes: this.nodes.map((url) => ({ url })), policy: "least_loaded" });
    }
    if (path === "/v1/signin") {
      this.signins.push(JSON.parse(String(init.body)) as Args);
      return Response.json({
        user: ME, device: "1", token: "secret", known: `known ${this.signins.length}`,
        nodes: this.nodes.map((url) => ({ url })),
      });
    }
    if (path === "/v1/signout") return Response.json({});
    throw new Error(`nobody expects ${init.method} ${path}`);
  };
}

export interface Rig {
  clock: ManualClock;
  server: FakeServer;
  storage: Storage;
  parley: Parley;
}

/** A device that is signed in, online and has compared; `entries` are in its list. */
export async function signedIn(
  entries: Entry[] = [],
  change: (server: FakeServer) => void = () => {},
  storage: Storage = new MemoryStorage(),
): Promise<Rig> {
  const clock = new ManualClock();
  const server = new FakeServer();
  server.entries = entries;
  change(server);
  const parley = makeParley(server, clock, storage);
  await parley.signIn({ username: "me", password: "12345678" });
  await clock.pass(4000);
  return { clock, server, storage, parley };
}

export function makeParley(server: FakeServer, clock: Clock, storage: Storage): Parley {
  return new Parley({ base: "http://chat.test", clock, storage, transport: server, fetch: server.fetch });
}

export function entryOf(changes: Partial<Entry> = {}): Entry {
  return {
    conversation: CHAT, kind: "direct", peer: PEER, head: 0, n: 0, time: 0, first: 1, unread: 0,
    read: 0, delivered: 0, peer_delivered: 0, peer_read: 0, ...changes,
  };
}

export function message(seq: number, changes: Partial<EventMessage> = {}): EventMessage {
  return {
    conversation: CHAT, seq, n: seq, rev: seq, time: seq, sender: PEER, type: "message", kind: "text",
    text: `m${seq}`, ...changes,
  };
}

export function texts(parley: Parley, id = CHAT): (string | undefined)[] {
  return parley.timeline(id).getSnapshot().items
    .map((item) => (item.type === "message" ? item.text : item.event.type));
}
