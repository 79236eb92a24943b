/**
 * The people of a round, what they do at full speed, and the record of all of it: each command
 * with what was said to it. The checker (check.ts) holds the server to this record.
 */
import type { Appended, CommandName, Id, Push, Rest, Session } from "../../client/src/index.ts";
import type { Answer } from "../integration/harness/raw.ts";
import { Raw } from "../integration/harness/raw.ts";
import { sleep } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import type { Host } from "./host.ts";
import type { Random } from "./random.ts";

const PASSWORD = "correct horse";
/** Answers that leave open whether it was done. */
const OPEN = ["unavailable", "disconnected"];
/** What a receipt may be refused with, beside them: it is told that the server goes. */
const GOING = "draining";
const WAIT_MS_MAX = 20;

export interface Command {
  user: User;
  cmd: CommandName;
  args: Record<string, any> & { key: string };
  /** When it was first asked, by the world's count. */
  asked: number;
  ok?: Appended;
  refused?: string;
}

/** A message that was acknowledged. */
interface Known {
  conversation: Id;
  seq: number;
  mine: boolean;
}

export interface Marks {
  read: number;
  delivered: number;
}

export class User {
  readonly name: string;
  readonly session: Session;
  raw!: Raw;
  /** Acknowledged, or told to others. */
  readonly marks = new Map<Id, Marks>();
  readonly known: Known[] = [];
  /** The newest place acknowledged to this user in each conversation. */
  readonly heads = new Map<Id, number>();
  /** Events that were pushed to this user and not yet looked at by the checker. */
  pushed: Push[] = [];
  sync: string | undefined;

  constructor(name: string, session: Session) {
    this.name = name;
    this.session = session;
  }

  get id(): Id {
    return this.session.user;
  }

  mark(conversation: Id, marks: Partial<Marks>): void {
    const before = this.marks.get(conversation) ?? { read: 0, delivered: 0 };
    this.marks.set(conversation, {
      read: Math.max(before.read, marks.read ?? 0),
      delivered: Math.max(before.delivered, marks.delivered ?? 0),
    });
  }
}

export class World {
  readonly users: User[] = [];
  readonly ledger = new Map<string, Command>();
  readonly members = new Map<Id, Set<User>>();
  readonly newcomers: User[] = [];
  readonly complaints: string[] = [];
  acknowledged = 0;
  /** Answers that left a write open. */
  unavailable = 0;
  /** What is asked from here on is asked after the first of these was heard. */
  #broken = Infinity;
  #asked = 0;
  #group = "";
  /** Seqs of those that were made. */
  #invites: number[] = [];
  #random: Random;
  #textBytesMax: number;
  #stopped = false;
  #waiting: { good: () => boolean; resolve: () => void }[] = [];
  #host: Host | undefined;

  constructor(random: Random) {
    this.#random = random;
    // Now and then long ones: they fill tables, so that flushes and compactions are under way too.
    this.#textBytesMax = random.pick([60, 400, 8000]);
  }

  complain(what: string): void {
    this.complaints.push(what);
  }

  /** On a new server: people, and a group of them all. */
  async begin(host: Host): Promise<void> {
    this.#host = host;
    const n = 3 + this.#random.below(3);
    for (let i = 0; i < n; i++) this.users.push(await this.#signUp(`user-${i}`));
    await this.connect(host);
    const command = this.#command(this.#owner, "group.create", {
      title: "all", members: this.users.slice(1).map((user) => user.id),
    });
    await this.ask(command);
    this.#group = command.ok?.conversation ?? "";
    this.members.set(this.#group, new Set(this.users));
  }

  /** Everybody, by the token of old. */
  async connect(host: Host): Promise<void> {
    this.#host = host;
    this.#broken = Infinity;
    this.unavailable = 0;
    for (const user of this.users) user.raw = await Raw.signedIn(host, user.session.token);
  }

  /** All at once, until the server is gone or stop(). */
  async load(): Promise<void> {
    this.#stopped = false;
    const pumps = this.users.flatMap((user) =>
      Array.from({ length: 1 + this.#random.below(12) }, () => this.#pump(user)));
    await Promise.all(pumps);
    for (const user of this.users) user.pushed.push(...user.raw.pushes);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Waits until an answer makes `good` true, or there are no more answers. */
  async when(good: () => boolean): Promise<void> {
    if (good() || this.#stopped) return;
    await new Promise<void>((resolve) => this.#waiting.push({ good, resolve }));
  }

  /** Asks, also again, and books the answer. */
  async ask(command: Command): Promise<void> {
    const asked = this.#asked++;
    const answer = await command.user.raw.ask(command.cmd, command.args);
    this.#book(command, answer as Answer<"message.send">, asked);
    this.#tell();
  }

  get rest(): Rest {
    return restAt((this.#host as Host).base);
  }

  get open(): Command[] {
    return [...this.ledger.values()].filter((one) => !one.ok && one.refused === undefined);
  }

  /** To be asked again. */
  someAcknowledged(): Command[] {
    return [...this.ledger.values()].filter(({ ok }) => ok && this.#random.once(20));
  }

  get #owner(): User {
    return this.users[0] as User;
  }

  #tell(): void {
    const ready = this.#waiting.filter(({ good }) => this.#stopped || good());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  #book(command: Command, answer: Answer<"message.send">, asked: number): void {
    const { ok, error } = answer;
    if (ok !== undefined) {
      if (asked >= this.#broken && asked === command.asked)
        this.complain(`${command.cmd} ${command.args.key}: ok after the store had failed`);
      if (command.ok && (command.ok.conversation !== ok.conversation || command.ok.seq !== ok.seq))
        this.complain(`${command.cmd} ${command.args.key}: ok at ${ok.seq}, before at ${command.ok.seq}`);
      if (!command.ok) this.#learn(command, ok);
    } else if (error && OPEN.includes(error.code)) {
      this.#open(error.code);
    } else if (error) {
      if (command.ok) this.complain(`${command.cmd} ${command.args.key}: ok before, now ${error.code}`);
      if (error.code === "internal") this.complain(`${command.cmd} ${command.args.key}: internal`);
      command.refused = error.code;
    }
  }

  #open(code: string): void {
    if (code !== "unavailable") return;
    this.unavailable++;
    this.#broken = Math.min(this.#broken, this.#asked);
  }

  #learn(command: Command, ok: Appended): void {
    const { user, args } = command;
    command.ok = ok;
    this.acknowledged++;
    user.heads.set(ok.conversation, Math.max(ok.seq, user.heads.get(ok.conversation) ?? 0));
    if (command.cmd === "group.invite") this.#invites.push(ok.seq);
    if (command.cmd !== "message.send") return;
    if (!this.members.has(ok.conversation)) {
      const peer = this.users.find((one) => one.id === args["to"]) as User;
      this.members.set(ok.conversation, new Set([user, peer]));
    }
    for (const member of this.members.get(ok.conversation) as Set<User>)
      member.known.push({ conversation: ok.conversation, seq: ok.seq, mine: member === user });
  }

  async #pump(user: User): Promise<void> {
    let up = true;
    void user.raw.closed.then(() => (up = false));
    while (up && !this.#stopped) {
      const before = this.unavailable;
      try {
        await this.#act(user);
      } catch (thrown) {
        if (up) this.complain(`${user.name}: ${String(thrown)}`);
      }
      if (this.unavailable > before) await sleep(WAIT_MS_MAX);
    }
    // Whoever waits for one more answer waits in vain.
    this.#stopped = true;
    this.#tell();
  }

  #act(user: User): Promise<void> {
    const roll = this.#random.below(100);
    const known = user.known.length ? this.#random.pick(user.known.slice(-50)) : undefined;
    if (roll >= 99) return this.#newcomer();
    if (roll >= 97) return this.ask(this.#ofGroup());
    if (roll < 65 || !known) return this.ask(this.#send(user));
    if (roll >= 90) return this.#receipt(user, known, roll < 94);
    const { conversation, seq } = known;
    if (roll >= 82 || !known.mine) {
      const emoji = this.#random.pick(["", "👍", "🎉"]);
      return this.ask(this.#command(user, "message.react", { conversation, seq, emoji }));
    }
    if (roll >= 78) return this.ask(this.#command(user, "message.delete", { conversation, seq }));
    return this.ask(this.#command(user, "message.edit", { conversation, seq, text: this.#text("edited") }));
  }

  /** What the owner does with the group itself. */
  #ofGroup(): Command {
    const conversation = this.#group;
    const roll = this.#random.below(4);
    const invite = this.#invites.at(-1 - this.#random.below(3));
    if (roll === 0) {
      return this.#command(this.#owner, "group.set_description", { conversation, description: `about ${this.#asked}` });
    }
    if (roll === 1) {
      return this.#command(this.#owner, "group.invite", { conversation, uses_max: 1 + this.#random.below(9) });
    }
    if (roll === 2 && invite !== undefined) {
      return this.#command(this.#owner, "group.uninvite", { conversation, invite });
    }
    return this.#command(this.#owner, "group.set_title", { conversation, title: `title ${this.#asked}` });
  }

  #send(user: User): Command {
    const roll = this.#random.below(10);
    const to = roll < 5 ? this.#group : this.#random.pick(this.users).id;
    return this.#command(user, "message.send", { to, text: this.#text("text") });
  }

  #text(word: string): string {
    return `${word} ${this.#asked} `.padEnd(this.#random.below(this.#textBytesMax), "parley ");
  }

  #command(user: User, cmd: CommandName, args: Record<string, any>): Command {
    const key = `k${this.ledger.size}`;
    const conversation = (args["conversation"] ?? args["to"]) as Id | undefined;
    const after = conversation === undefined ? {} : { after: user.heads.get(conversation) ?? 0 };
    const command: Command = { user, cmd, args: { ...args, ...after, key }, asked: this.#asked };
    this.ledger.set(key, command);
    return command;
  }

  async #receipt(user: User, { conversation, seq }: Known, read: boolean): Promise<void> {
    const { ok, error } = await user.raw.ask(read ? "receipt.read" : "receipt.delivered", { conversation, seq });
    if (ok) user.mark(conversation, ok as Partial<Marks>);
    else if (error && OPEN.includes(error.code)) this.#open(error.code);
    else if (error?.code !== GOING) this.complain(`receipt ${seq}: ${error?.code}`);
    this.#tell();
  }

  async #newcomer(): Promise<void> {
    const asked = this.#asked;
    const user = await this.#signUp(`newcomer-${this.#asked++}`).catch(() => undefined);
    if (!user) return;
    if (asked >= this.#broken) this.complain(`${user.name}: signed up after the store had failed`);
    this.newcomers.push(user);
  }

  async #signUp(username: string): Promise<User> {
    const session = await this.rest.call("signup", { username, password: PASSWORD });
    return new User(username, session);
  }
}
