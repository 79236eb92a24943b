/**
 * What was said and is not yet known to stand. Every command that appends goes through here with
 * a key of its own: it is stored before it is tried, and tried with the same key and the same
 * `after` until a definite answer comes, over connections and restarts. So it stands exactly once
 * or not at all.
 *
 * Commands of one conversation form a lane and leave one after the other, so that they stand in
 * the order they were given; lanes do not wait for each other. Refused: several of a lane under
 * way at once. The second could stand while the first is told to come again.
 *
 * Of several tabs each stores what was said in it, tells the others, and shows what all of them say;
 * the one that leads sends. It reads what is stored whenever a tab comes or goes, since one that was
 * killed may not have told. Whoever leads next finds in the storage what is left to do: what is no
 * more there stands, or was refused, though the one before could not tell.
 */
import type { Appended, ChatEvent, CommandName, Commands, Id, MessageSendArgs, Seq, Time } from "./api.ts";
import type { Clock } from "./clock.ts";
import { jittered, sleep } from "./clock.ts";
import type { ErrorData } from "./error.ts";
import { ParleyError, asParleyError, errorData } from "./error.ts";
import type { Request } from "./asker.ts";
import type { Change, Storage } from "./storage.ts";
import { padded } from "./storage.ts";

/** What may wait at once: more than anybody types during a night offline. */
export const ITEMS_MAX = 1000;
const RETRY_MS = 1000;
/** How often a key is looked for, or everything begun anew, for the sake of one command: a server
 * that asks for it again and again contradicts itself, and the command is refused for good. */
export const DETOURS_MAX = 5;
const PAGE = 100;
const PREFIX = "outbox/";
/** Who did not lead hears within it what became of its command, from the one that leads or by its event;
 * after it nobody can tell. */
const UNTOLD_MS_MAX = 10_000;

/** Commands that append: those that take a key. */
export type AppendCommand = Extract<CommandName, "message.send" | "message.edit" | "message.delete"
  | "message.react" | "message.forward" | "message.pin" | "message.unpin"
  | "conversation.accept" | "conversation.set_timer" | "conversation.set_retention" | "preferences.set" | "message.star" | "message.unstar"
  | "message.hide" | "conversation.clear"
  | "account.set_profile" | "account.set_picture" | "account.set_privacy" | "user.block" | "user.unblock" | "group.create"
  | "group.set_title" | "group.add" | "group.remove" | "group.set_role" | "group.leave"
  | "group.set_description" | "group.set_picture" | "group.set_announce"
  | "group.invite" | "group.uninvite" | "group.join"
  | "contact.request" | "contact.accept" | "contact.decline" | "contact.remove">;
export type AppendArgs<C extends AppendCommand> = Omit<Commands[C]["args"], "key" | "after">;

export interface OutboxItem {
  key: string;
  /** Its place among all that was said. */
  order: number;
  lane: string;
  cmd: AppendCommand;
  args: { [name: string]: unknown };
  /** Of a message that is given on: what it says, which its command does not. Absent of one that may go meanwhile. */
  text?: string;
  /** The newest seq that the device had at the first try; absent before it. */
  after?: Seq;
  /** How often `after` was set anew since. */
  detours?: number;
  created: Time;
  /** `sent`: it stands at `seq`; shown until the event itself is here. */
  state: "waiting" | "sent" | "failed";
  conversation?: Id;
  seq?: Seq;
  time?: Time;
  error?: { code: string; message: string };
}

/** What became of an item, as one tab tells the others: as it is now, and what was answered. */
export interface OutboxNews {
  item: OutboxItem;
  /** It stands. */
  reply?: Appended;
  /** It was refused for good. */
  error?: ErrorData;
  /** It is in the outbox no more. */
  gone?: true;
}

export interface OutboxHost {
  /** Of all tabs this one sends. */
  leads(): boolean;
  /** What the others drop from their storage is gone from this one. */
  shared(): boolean;
  tell(news: OutboxNews): void;
  online(): boolean;
  request: Request;
  /** The newest seq that the device has in the lane's conversation, if it knows of one. */
  cursor(lane: string): Seq | undefined;
  /** Resolves when the device knows its conversations, or the connection is lost. */
  listed(): Promise<void>;
  /** The conversation of a lane, if the device knows it; it compares first if it must. */
  find(lane: string): Promise<Id | undefined>;
  /** The command stands. True: its event is here already. */
  stands(item: OutboxItem, reply: Appended): boolean;
  /** The command was refused for good, and is in the outbox no more: told to the tab that leads, and to
   * the one whose command it was. */
  refused(item: OutboxItem): void;
  /** The log ends before what the device has: drops all copies, syncs, and calls rebase(). */
  startOver(): Promise<void>;
  /** What waits in the lane changed; absent: in many. */
  changed(lane?: string): void;
}

interface Promised {
  cmd: AppendCommand;
  resolve(reply: Appended): void;
  reject(error: ParleyError): void;
}

export class Outbox {
  #clock: Clock;
  #storage: Storage;
  #host: OutboxHost;
  #items: OutboxItem[] = [];
  #order = 0;
  #running = new Set<string>();
  /** The keys of what has had no try whose outcome is unknown: it stands nowhere. */
  #fresh = new Set<string>();
  #promised = new Map<string, Promised>();
  /** The keys of what is on its way into the storage. */
  #unwritten = new Set<string>();

  constructor(clock: Clock, storage: Storage, host: OutboxHost) {
    this.#clock = clock;
    this.#storage = storage;
    this.#host = host;
  }

  async load(): Promise<void> {
    for (const item of await this.#stored()) this.#take(item);
  }

  /** Another tab sends from now on, or this one. */
  async reload(): Promise<void> {
    const before = new Set(this.#items);
    const items = await this.#stored();
    const stored = new Set(items.map(({ key }) => key));
    const dropped = this.#items.filter((item) => this.#host.shared() &&
      before.has(item) && item.state !== "sent" && !stored.has(item.key) && !this.#unwritten.has(item.key));
    this.#items = this.#items.filter((item) => !dropped.includes(item));
    for (const { key } of dropped) this.#giveUpOn(key);
    // One that still sends may have been told of since: whoever does not lead is told of the rest.
    if (this.#host.leads()) for (const item of items) if (this.#find(item.key)?.state !== "sent") this.#take(item);
    this.#host.changed();
    this.flush();
  }

  /** Another tab has come or gone, and may have stored what nobody told: this one sends it if it leads.
   * What it knows already it knows better. */
  async look(): Promise<void> {
    if (!this.#host.leads()) return;
    const before = new Set(this.#items.map(({ key }) => key));
    const items = await this.#stored();
    if (!this.#host.leads()) return;
    for (const item of items) {
      if (before.has(item.key) || this.#find(item.key)) continue;
      this.#take(item);
      this.#host.changed(item.lane);
      this.#host.tell({ item });
    }
    this.flush();
  }

  /** Another tab's news. */
  async heard({ item: told, reply, error, gone }: OutboxNews): Promise<void> {
    const known = this.#find(told.key);
    // One that waits is known better here, and one that stands without being known has its event here.
    const old = known ? known.state === "sent" || known.state === told.state : reply !== undefined;
    if (gone) {
      this.#items = this.#items.filter((item) => item !== known);
    } else if (!old) {
      const item = this.#take(told);
      if (reply && this.#host.stands(item, reply)) this.#items = this.#items.filter((one) => one !== item);
    }
    if (gone && error && this.#promised.has(told.key)) this.#host.refused(told);
    this.#settle(told.key, reply, error && ParleyError.of(error));
    this.#host.changed(told.lane);
    // It may be that the storage of one of them is full: then they are two.
    if (gone || reply) {
      await this.#storage.write([{ drop: itemKey(told) }]);
    } else if (!old && told.state === "waiting" && this.#host.leads()) {
      await this.#storage.write([put(told)]);
      this.#start(told.lane);
    }
  }

  /** One's own event is here: what nobody could tell any more of its command is known by it, unless the
   * reply holds more. What was refused stands all the same: the refusal was another try's. */
  applied({ key, conversation, seq, n, time }: ChatEvent): void {
    if (key === undefined) return;
    const item = this.#find(key);
    // Where that cannot be stored, the next start lists it as refused once more, and a retry finds it.
    if (item?.state === "failed") void this.#remove(item).catch(() => {});
    if (this.#promised.get(key)?.cmd !== "group.invite") this.#settle(key, { conversation, seq, n, time });
  }

  items(): readonly OutboxItem[] {
    return this.#items;
  }

  /** It takes no more. */
  get full(): boolean {
    return this.#items.length >= ITEMS_MAX;
  }

  /** Stores a command and sends it when it can; resolves when it stands, rejects when it is
   * refused for good. Messages that were refused stay, to be retried or discarded; what else is
   * refused is gone. */
  async append<C extends AppendCommand>(
    cmd: C,
    args: AppendArgs<C>,
    lane: string,
    text?: string,
  ): Promise<Appended> {
    if (this.full) throw new ParleyError("outbox_full", "too much waits to be sent");
    const item: OutboxItem = {
      key: randomKey(),
      order: ++this.#order,
      lane,
      cmd,
      args: args as { [name: string]: unknown },
      created: this.#clock.wall(),
      state: "waiting",
      ...(text === undefined ? {} : { text }),
    };
    this.#items.push(item);
    const stands = new Promise<Appended>((resolve, reject) => {
      this.#promised.set(item.key, { cmd, resolve, reject });
    });
    // It may be given up before anybody waits for it.
    stands.catch(() => {});
    this.#host.changed(lane);
    this.#unwritten.add(item.key);
    try {
      await this.#storage.write([put(item)]);
    } catch (thrown) {
      // Not kept, so not sent: whoever said it is told, and may say it again.
      this.#items = this.#items.filter((one) => one !== item);
      this.#promised.delete(item.key);
      this.#host.changed(lane);
      throw thrown;
    } finally {
      this.#unwritten.delete(item.key);
    }
    if (this.#items.includes(item)) this.#host.tell({ item });
    this.#start(lane);
    return stands;
  }

  /** Tries a refused message again: the same command with the same key. */
  async retry(key: string): Promise<void> {
    const item = this.#items.find((one) => one.key === key && one.state === "failed");
    if (!item) return;
    item.state = "waiting";
    // Whether it stands nobody can tell: whoever tries again wants it sent.
    if (item.error?.code === "too_old") delete item.after;
    delete item.error;
    delete item.detours;
    this.#host.changed(item.lane);
    await this.#storage.write([put(item)]);
    this.#host.tell({ item });
    this.#start(item.lane);
  }

  /** Gives a refused message up. */
  async discard(key: string): Promise<void> {
    const item = this.#items.find((one) => one.key === key && one.state === "failed");
    if (!item) return;
    await this.#remove(item);
    this.#host.tell({ item, gone: true });
  }

  /** A connection is up: whatever waits is sent (again). */
  flush(): void {
    for (const { lane } of this.#items) this.#start(lane);
  }

  /** Everything of the conversation up to `cursor` is here. */
  arrived(conversation: Id, cursor: Seq): void {
    const here = (item: OutboxItem): boolean =>
      item.state === "sent" && item.conversation === conversation && (item.seq as Seq) <= cursor;
    const lanes = new Set(this.#items.filter(here).map((item) => item.lane));
    if (lanes.size === 0) return;
    this.#items = this.#items.filter((item) => !here(item));
    for (const lane of lanes) this.#host.changed(lane);
  }

  /** The store is another one than before. What it kept of our tries stands after the old `after`,
   * unless its log is shorter than that. */
  async rebase(): Promise<void> {
    const changes: Change[] = [];
    this.#items = this.#items.filter((item) => item.state !== "sent");
    for (const item of this.#items) {
      if (item.after === undefined) continue;
      item.after = Math.min(item.after, this.#host.cursor(item.lane) ?? 0);
      changes.push(put(item));
    }
    if (this.#host.leads()) await this.#storage.write(changes);
    this.#host.changed();
  }

  /** Signed out: whoever waits is told, nothing is sent any more. */
  clear(): void {
    this.#items = [];
    const error = new ParleyError("stopped", "signed out");
    for (const { reject } of this.#promised.values()) reject(error);
    this.#promised.clear();
    this.#host.changed();
  }

  #start(lane: string): void {
    if (!this.#host.leads() || this.#running.has(lane)) return;
    this.#running.add(lane);
    void this.#run(lane).finally(() => this.#running.delete(lane));
  }

  async #run(lane: string): Promise<void> {
    while (this.#host.leads() && this.#host.online()) {
      const item = this.#items.find((one) => one.lane === lane && one.state === "waiting");
      if (!item) return;
      try {
        await this.#stands(item, await this.#send(item));
      } catch (thrown) {
        const error = asParleyError(thrown);
        if (over(error) || error.transient) this.#fresh.delete(item.key);
        if (over(error)) return;
        await this.#refused(item, error);
      }
    }
  }

  async #send(item: OutboxItem): Promise<Appended> {
    if (item.cmd === "group.create") {
      return this.#host.request("group.create", {
        ...(item.args as AppendArgs<"group.create">), key: item.key,
      });
    }
    if (item.after === undefined) {
      item.after = await this.#newest(item.lane);
      await this.#keep(item);
      this.#fresh.add(item.key);
    }
    const args = { ...item.args, key: item.key, after: item.after };
    return this.#host.request(item.cmd, args as MessageSendArgs) as Promise<Appended>;
  }

  /** Right after a start nothing may be known of a long conversation: to search all of it for a key
   * that was never sent takes longer than to wait for the list. */
  async #newest(lane: string): Promise<Seq> {
    if (this.#host.cursor(lane) === undefined) await this.#host.listed();
    if (!this.#host.online()) throw new ParleyError("disconnected", "not connected");
    return this.#host.cursor(lane) ?? 0;
  }

  /** Stores it, unless it was given up meanwhile. */
  async #keep(item: OutboxItem): Promise<void> {
    if (!this.#items.includes(item)) throw new ParleyError("stopped", "given up");
    await this.#storage.write([put(item)]);
  }

  async #stands(item: OutboxItem, reply: Appended): Promise<void> {
    if (!this.#items.includes(item) || item.state !== "waiting") return;
    this.#fresh.delete(item.key);
    item.state = "sent";
    item.conversation = reply.conversation;
    item.seq = reply.seq;
    item.time = reply.time;
    await this.#storage.write([{ drop: itemKey(item) }]);
    this.#host.tell({ item, reply });
    this.#settle(item.key, reply);
    if (this.#host.stands(item, reply)) this.#items = this.#items.filter((one) => one !== item);
    this.#host.changed(item.lane);
  }

  async #refused(item: OutboxItem, error: ParleyError): Promise<void> {
    if (error.transient) {
      await sleep(this.#clock, jittered(this.#clock, error.retry_after_ms ?? RETRY_MS, 0.25));
    } else if (needsDetour(item, error) && (item.detours ?? 0) < DETOURS_MAX) {
      try {
        await this.#detour(item, error);
      } catch (thrown) {
        const failed = asParleyError(thrown);
        if (!over(failed)) await this.#refused(item, failed);
      }
    } else {
      await this.#fail(item, error);
    }
  }

  /** Finds another `after` to go on with. The first time at once: that is how it is meant. */
  async #detour(item: OutboxItem, error: ParleyError): Promise<void> {
    const detours = item.detours ?? 0;
    if (detours > 0) {
      await sleep(this.#clock, jittered(this.#clock, RETRY_MS * 2 ** (detours - 1), 0.25));
    }
    if (!this.#host.online()) return;
    if (error.code === "ahead") await this.#host.startOver();
    else await this.#lookForKey(item, error.head ?? 0);
    item.detours = detours + 1;
    if (this.#items.includes(item) && item.state === "waiting") await this.#keep(item);
  }

  /** The server cannot look back so far. Our own events carry their keys: if none up to `head`
   * has this one, it may be sent as if first tried there; unless it may be among those that are gone:
   * then it may have been read and forgotten long since, and only its user can say. */
  async #lookForKey(item: OutboxItem, head: Seq): Promise<void> {
    const conversation = await this.#host.find(item.lane);
    let after = item.after ?? 0;
    let gone = false;
    while (conversation !== undefined && after < head) {
      const args = { conversation, after, limit: PAGE };
      const { events, first } = await this.#host.request("message.history", args);
      gone ||= first > after + 1;
      const found = events.find((event) => event.key === item.key);
      if (found) {
        const { seq, n, time } = found;
        await this.#stands(item, { conversation, seq, n, time });
        return;
      }
      const last = events.at(-1);
      if (!last) break;
      after = last.seq;
    }
    const tried = !this.#fresh.has(item.key);
    if (gone && tried) await this.#fail(item, new ParleyError("too_old", "it may have been sent already"));
    else item.after = Math.max(head, after);
  }

  async #fail(item: OutboxItem, error: ParleyError): Promise<void> {
    if (!this.#items.includes(item)) return;
    this.#fresh.delete(item.key);
    item.state = "failed";
    item.error = { code: error.code, message: error.message };
    if (error.code === "not_found") delete item.text; // It may be gone, and its words with it.
    if (isMessage(item)) {
      await this.#storage.write([put(item)]);
    } else {
      await this.#remove(item);
      this.#host.refused(item);
    }
    // So is a message whose event came meanwhile, or that was given up.
    const gone = !this.#items.includes(item);
    this.#host.tell({ item, error: errorData(error), ...(gone ? { gone } : {}) });
    this.#settle(item.key, undefined, error);
    this.#host.changed(item.lane);
  }

  #find(key: string): OutboxItem | undefined {
    return this.#items.find((item) => item.key === key);
  }

  async #stored(): Promise<OutboxItem[]> {
    return (await this.#storage.scan(PREFIX)).map(([, value]) => value as OutboxItem);
  }

  /** It stands, or was refused: whoever said it is told. */
  #settle(key: string, reply?: Appended, error?: ParleyError): void {
    if (reply) this.#promised.get(key)?.resolve(reply);
    else if (error) this.#promised.get(key)?.reject(error);
    if (reply || error) this.#promised.delete(key);
  }

  /** Another tab dropped it: what became of it may still be told. */
  #giveUpOn(key: string): void {
    if (!this.#promised.has(key)) return;
    const error = new ParleyError("timeout", "nobody can tell what became of it");
    this.#clock.after(UNTOLD_MS_MAX, () => this.#settle(key, undefined, error));
  }

  /** In its place, and in that of its former form. */
  #take(told: OutboxItem): OutboxItem {
    const known = this.#find(told.key);
    this.#order = Math.max(this.#order, told.order);
    if (known) {
      // Whoever sends it holds it.
      for (const name of Object.keys(known)) delete known[name as keyof OutboxItem];
      return Object.assign(known, told);
    }
    this.#items.push(told);
    this.#items.sort((a, b) => a.order - b.order || (a.key < b.key ? -1 : 1));
    return told;
  }

  async #remove(item: OutboxItem): Promise<void> {
    this.#items = this.#items.filter((one) => one !== item);
    this.#host.changed(item.lane);
    await this.#storage.write([{ drop: itemKey(item) }]);
  }
}

/** Something is said by it, and shown from the outbox on. */
export function isMessage({ cmd }: OutboxItem): boolean {
  return cmd === "message.send" || cmd === "message.forward";
}

/** It was tried too long ago to be told apart from a new one, or before a restore. */
function needsDetour(item: OutboxItem, error: ParleyError): boolean {
  if (error.code === "ahead") return (item.after ?? 0) > 0;
  return error.code === "too_old" || error.code === "after_required";
}

/** The connection is, or the session: what was said is kept. */
function over(error: ParleyError): boolean {
  return ["disconnected", "stopped", "unauthenticated"].includes(error.code);
}

/** With its key, since two tabs may give the same place to what is said in both at once. */
function itemKey(item: OutboxItem): string {
  return `${PREFIX}${padded(item.order)}/${item.key}`;
}

function put(item: OutboxItem): Change {
  return { put: itemKey(item), value: { ...item } };
}

/** 128 bits: no two commands of anybody's ever have the same. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
