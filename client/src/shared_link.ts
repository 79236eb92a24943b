/**
 * The one connection of all tabs of a device (tabs.ts). The tab that leads has a Link; what that is
 * told goes on to the others, and what they ask goes through it. To the rest of the library it is the
 * same in each: online, then pushes and answers in the server's order, then offline.
 *
 * Each tab holds its copies and compares them by itself, so that none of them shows what another one
 * must first be asked for. They agree since all are told the same; and since every one of them can
 * go on alone, no state is handed over when the lead changes: the tabs lose their connection, and
 * the one that leads next makes another. A tab alone in its browser, or in one that has no locks,
 * leads.
 */
import type { AuthReply, CommandName, Commands, Id, Push } from "./api.ts";
import { LIMITS } from "./api.ts";
import type { Clock } from "./clock.ts";
import type { DraftNews } from "./drafts.ts";
import type { ErrorData } from "./error.ts";
import { ParleyError, asParleyError, errorData } from "./error.ts";
import type { LinkHandlers, Status } from "./link.ts";
import { Link } from "./link.ts";
import type { AskNote, LeadNote, NewsNote, Note, WatchArgs } from "./notes.ts";
import { Value } from "./observable.ts";
import type { OutboxNews } from "./outbox.ts";
import type { Rest } from "./rest.ts";
import type { TabsPlace } from "./tabs.ts";
import { Tabs } from "./tabs.ts";
import type { Transport } from "./transport.ts";

/** So often the one that leads is asked whether it is there; if it does not answer until the next
 * time, it is frozen, and deposed. */
const HELLO_MS = 10_000;
/** For an answer by another tab, which itself waits for the server. */
const ASK_MS_MAX = 30_000;

export interface SharedLinkHandlers extends Omit<LinkHandlers, "status"> {
  /** This tab leads from now on; it connects once that is done. What is stored is as another left it. */
  leads(): Promise<void>;
  /** Another tab's. */
  outbox(news: OutboxNews): void;
  draft(news: DraftNews, tab: string): void;
  /** Another tab has come, or is gone: what it stored it may not have told. */
  met(): void;
}

interface Ask {
  resolve(reply: unknown): void;
  reject(error: ParleyError): void;
  cancel: () => void;
}

export class SharedLink {
  readonly status = new Value<Status>({ state: "off" });
  #clock: Clock;
  #place: () => TabsPlace | undefined;
  #handlers: SharedLinkHandlers;
  #own: Link;
  #tabs: Tabs | undefined;
  #device: Id = "";
  #token = "";
  #nodes: readonly string[] = [];
  #started = false;
  /** It leads since after it read what is stored. */
  #tookOver = false;
  /** Of its own connection. */
  #greeting: { reply: AuthReply; at: number } | undefined;
  /** Whom each tab watches. */
  #watched = new Map<string, Id[]>();
  /** The others that have asked this one. Of each it is told when it is gone. */
  #others = new Set<string>();
  /** The tab that leads, when it is another one: which, whether it is connected, when it was heard. */
  #leader = "";
  #leaderOnline = false;
  #heardAt = 0;
  #asks = new Map<number, Ask>();
  #askId = 0;
  #cancelHello: (() => void) | undefined;

  /** `place`: asked when a session begins, where the tabs of this browser meet; undefined: nowhere. */
  constructor(transport: Transport, clock: Clock, rest: Rest, place: () => TabsPlace | undefined, handlers: SharedLinkHandlers) {
    this.#clock = clock;
    this.#place = place;
    this.#handlers = handlers;
    this.#own = new Link(transport, clock, rest, {
      status: (status) => this.#show(status),
      online: (reply) => this.#online(reply),
      offline: () => this.#offline(),
      push: (push) => this.#push(push),
      beat: (pushed, received) => {
        this.#handlers.beat(pushed, received);
        if (pushed > received) this.#post({ note: "lost", lost: pushed - received });
      },
      stopped: (reason) => {
        this.#handlers.stopped(reason);
        this.#post({ note: "stopped", reason });
      },
    });
  }

  /** Of all tabs this one is connected, stores the copies, and sends. */
  get leads(): boolean {
    return this.#tabs?.leads ?? true;
  }

  get online(): boolean {
    return this.leads ? this.#own.online : this.#leaderOnline;
  }

  /** Resolves when it is known whether this tab leads; from then on nobody else writes what it may
   * read, if it does. */
  async join(device: Id): Promise<void> {
    this.#tabs?.leave();
    const place = this.#place();
    this.#device = device;
    this.#tabs = place && new Tabs(place, {
      leads: () => void this.#takeOver(),
      deposed: () => this.#deposed(),
      heard: (note, from) => this.#heard(note as Note, from),
    });
    await this.#tabs?.join(device);
  }

  /** After join(), or stop(). `nodes`: to begin with, as signing in named them. */
  async start(token: string, nodes: readonly string[] = []): Promise<void> {
    this.#token = token;
    this.#nodes = nodes;
    this.#started = true;
    if (this.#tabs && !this.#tabs.joined) {
      await this.join(this.#device);
      this.#tookOver = this.leads;
    }
    if (this.leads) {
      await this.#begin();
    } else {
      this.#show({ state: "connecting" });
      this.#post({ note: "start" });
      this.#hello();
    }
  }

  stop(): void {
    this.#started = false;
    this.#cancelHello?.();
    this.#own.stop();
    this.#tabs?.leave();
    this.#leaderLost();
    this.#leader = "";
    this.#watched.clear();
    this.#others.clear();
    this.status.set({ state: "off" });
  }

  /** Does not wait any longer for the next try. */
  retryNow(): void {
    if (this.leads) this.#own.retryNow();
    else this.#post({ note: "retry" });
  }

  request<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    if (this.leads) return this.#request(this.#tabs?.id ?? "", cmd, args);
    if (!this.#leaderOnline) return Promise.reject(new ParleyError("disconnected", "not connected"));
    const id = ++this.#askId;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ASK_MS_MAX, () => {
        this.#asks.delete(id);
        reject(new ParleyError("timeout", `no answer to ${cmd}`));
      });
      this.#asks.set(id, { resolve: resolve as (reply: unknown) => void, reject, cancel });
      this.#post({ note: "ask", id, cmd, args });
    });
  }

  /** Tells the other tabs. */
  tell(note: NewsNote): void {
    this.#post(note);
  }

  /** Calls `then` once when another tab is no more. */
  whenGone(tab: string, then: () => void): void {
    this.#tabs?.whenGone(tab, then);
  }

  #post(note: Note): void {
    this.#tabs?.post(note);
  }

  #heard(note: Note, from: string): void {
    switch (note.note) {
      case "outbox":
        this.#handlers.outbox(note.news);
        break;
      case "draft":
        this.#handlers.draft(note.news, from);
        break;
      case "hello":
      case "start":
      case "retry":
      case "ask":
        if (this.leads) this.#asked(note, from);
        break;
      default:
        if (!this.leads && this.#started) this.#told(note, from);
        break;
    }
  }

  // --- when this tab leads ---

  async #takeOver(): Promise<void> {
    this.#tookOver = true;
    this.#cancelHello?.();
    this.#leaderLost();
    this.#leader = "";
    // Who began to listen after that is told when they ask.
    this.#post({ note: "lead", status: { state: "connecting" } });
    if (this.#started) await this.#begin();
  }

  async #begin(): Promise<void> {
    if (this.#tookOver) {
      this.#tookOver = false;
      this.#show({ state: "connecting" });
      await this.#handlers.leads();
    }
    if (this.#started && this.leads) this.#own.start(this.#token, this.#nodes);
    this.#nodes = []; // Who takes over later asks which there are by then.
  }

  #deposed(): void {
    this.#own.stop();
    this.#watched.clear();
    if (!this.#started) return;
    this.#show({ state: "connecting" });
    this.#hello();
  }

  #show(status: Status): void {
    if (!this.leads && status.state === "off") return; // Its own has ended, and is of no interest.
    this.status.set(status);
    if (this.leads && status.state !== "off") this.#post({ note: "status", status });
  }

  #online(reply: AuthReply): void {
    this.#greeting = { reply, at: this.#clock.now() };
    this.#handlers.online(reply);
    this.#post({ note: "online", greeting: reply });
  }

  #offline(): void {
    this.#greeting = undefined;
    // Each tells anew whom it watches.
    this.#watched.clear();
    this.#handlers.offline();
    this.#post({ note: "offline" });
  }

  #push(push: Push): void {
    this.#handlers.push(push);
    this.#post({ note: "push", push });
  }

  #asked(note: AskNote, from: string): void {
    this.#meet(from);
    switch (note.note) {
      case "hello":
        this.#post(this.#standing());
        break;
      case "start":
        if (this.status.get().state === "stopped") this.#own.start(this.#token);
        break;
      case "retry":
        this.#own.retryNow();
        break;
      case "ask":
        this.#request(from, note.cmd, note.args as Commands[typeof note.cmd]["args"]).then(
          (ok) => this.#post({ note: "answer", to: from, id: note.id, ok }),
          (error: unknown) => this.#post({ note: "answer", to: from, id: note.id, error: errorData(asParleyError(error)) }),
        );
    }
  }

  #meet(tab: string): void {
    if (this.#others.has(tab)) return;
    this.#others.add(tab);
    this.#tabs?.whenGone(tab, () => {
      this.#others.delete(tab);
      if (this.#watched.delete(tab) && this.online) this.#own.request("presence.watch", this.#watchArgs()).catch(() => {});
      this.#handlers.met();
    });
    this.#handlers.met();
  }

  /** For whoever comes later the server's clock has gone on. */
  #standing(): LeadNote {
    const status = this.status.get();
    if (!this.#greeting) return { note: "lead", status };
    const { reply, at } = this.#greeting;
    return { note: "lead", status, greeting: { ...reply, time: reply.time + Math.round(this.#clock.now() - at) } };
  }

  #request<C extends CommandName>(tab: string, cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    if (cmd !== "presence.watch") return this.#own.request(cmd, args);
    return this.#watch(tab, (args as WatchArgs).users) as Promise<Commands[C]["reply"]>;
  }

  /** The server is told whom all tabs watch together. Each takes of the answer what it asked for. */
  #watch(tab: string, users: Id[]): Promise<Commands["presence.watch"]["reply"]> {
    this.#watched.set(tab, users);
    return this.#own.request("presence.watch", this.#watchArgs());
  }

  #watchArgs(): WatchArgs {
    const users = new Set([...this.#watched.values()].flat());
    return { users: [...users].slice(0, LIMITS.watch_users_max) };
  }

  // --- when another one does ---

  /** Asks how things stand, and goes on asking. */
  #hello(): void {
    const asked = this.#clock.now();
    this.#post({ note: "hello" });
    this.#cancelHello?.();
    this.#cancelHello = this.#clock.after(HELLO_MS, () => {
      if (this.leads || !this.#started) return;
      if (this.#heardAt < asked) this.#tabs?.depose();
      this.#hello();
    });
  }

  #told(note: LeadNote, from: string): void {
    this.#heardAt = this.#clock.now();
    if (note.note === "lead" && from !== this.#leader) {
      this.#leaderLost();
      this.#leader = from;
    }
    if (from !== this.#leader) return;
    switch (note.note) {
      case "lead":
        this.#show(note.status);
        if (note.greeting) this.#greeted(note.greeting);
        else this.#leaderLost();
        break;
      case "status":
        this.#show(note.status);
        break;
      case "online":
        this.#greeted(note.greeting);
        break;
      case "offline":
        this.#leaderLost();
        break;
      case "push":
        if (this.#leaderOnline) this.#handlers.push(note.push);
        break;
      case "lost":
        this.#handlers.beat(note.lost, 0);
        break;
      case "stopped":
        this.#handlers.stopped(note.reason);
        break;
      case "answer":
        if (note.to === this.#tabs?.id) this.#answered(note.id, note);
    }
  }

  #greeted(greeting: AuthReply): void {
    if (this.#leaderOnline) return;
    this.#leaderOnline = true;
    this.#show({ state: "online" });
    this.#handlers.online(greeting);
  }

  #answered(id: number, answer: { ok: unknown } | { error: ErrorData }): void {
    const ask = this.#asks.get(id);
    if (!ask) return;
    this.#asks.delete(id);
    ask.cancel();
    if ("error" in answer) ask.reject(ParleyError.of(answer.error));
    else ask.resolve(answer.ok);
  }

  #leaderLost(): void {
    for (const ask of this.#asks.values()) {
      ask.cancel();
      ask.reject(new ParleyError("disconnected", "the connection was lost"));
    }
    this.#asks.clear();
    if (!this.#leaderOnline) return;
    this.#leaderOnline = false;
    this.#handlers.offline();
  }
}
