/**
 * Holds a server that has been started again to the record of what its predecessors said: every
 * `ok` stands, once, where it was said to stand, for every member; nothing stands that nobody sent;
 * what was left open stands once or not at all; nothing that was seen is gone.
 */
import type {
  ChatEvent, ConversationGetReply, Entry, EventMessage, Id, Reaction,
} from "../../client/src/index.ts";
import type { Command, User, World } from "./world.ts";

const PAGE = 100;

/** What one member reads of one conversation. */
interface View {
  user: User;
  entry: Entry;
  events: ChatEvent[];
}

export class Checker {
  readonly #world: World;
  /** As it stood when it was last looked at. */
  readonly #before = new Map<Id, ChatEvent[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Looks at everything. Answers how many events stand. */
  async look(): Promise<number> {
    const conversations = new Map<Id, View[]>();
    for (const views of await Promise.all(this.#world.users.map((user) => this.#read(user)))) {
      for (const view of views) {
        const id = view.entry.conversation;
        conversations.set(id, [...(conversations.get(id) ?? []), view]);
      }
    }
    let found = 0;
    for (const [id, views] of conversations) found += this.#conversation(id, views);
    for (const command of this.#world.ledger.values()) this.#command(command, conversations);
    await this.#newcomers();
    return found;
  }

  #complain(what: string): void {
    this.#world.complain(what);
  }

  // --- reading

  async #list(user: User, requests: boolean): Promise<Entry[]> {
    const listed: Entry[] = [];
    for (let page: string | undefined, more = true; more; more = page !== undefined) {
      const at = page === undefined ? {} : { page };
      const reply = await user.raw.ok("conversation.list", { ...at, requests });
      listed.push(...reply.conversations);
      page = reply.page;
    }
    return listed;
  }

  async #read(user: User): Promise<View[]> {
    const accepted = await this.#list(user, false);
    const listed = [...accepted, ...await this.#list(user, true)];
    await this.#synced(user, listed);
    const views: View[] = [];
    let unread = 0;
    for (const entry of listed) {
      const events = await this.#history(user, entry);
      views.push({ user, entry, events });
      if (accepted.includes(entry)) unread += entry.unread;
      this.#state(user, events, await user.raw.ok("conversation.get", { conversation: entry.conversation }));
    }
    const { total } = await user.raw.ok("messages.unread", {});
    if (total !== unread) this.#complain(`${user.name}: ${total} unread in all, ${unread} in the list`);
    return views;
  }

  /** Whatever changed since the token of the last look must be in the sync. */
  async #synced(user: User, listed: Entry[]): Promise<void> {
    const heads = new Map<Id, number>();
    const known = user.sync !== undefined;
    for (let more = true; more;) {
      const reply = await user.raw.ok("sync", user.sync === undefined ? {} : { token: user.sync });
      for (const entry of reply.entries) heads.set(entry.conversation, entry.head);
      user.sync = reply.token;
      more = reply.more;
    }
    for (const { conversation, head } of known ? listed : []) {
      if (head > (this.#before.get(conversation)?.length ?? 0) && heads.get(conversation) !== head)
        this.#complain(`${user.name}: sync is silent about ${conversation}, whose head is ${head}`);
    }
  }

  async #history(user: User, { conversation, head }: Entry): Promise<ChatEvent[]> {
    const events: ChatEvent[] = [];
    for (let after = 0; after < head;) {
      const page = await user.raw.ok("message.history", { conversation, after, limit: PAGE });
      const last = page.events.at(-1);
      if (!last) break;
      events.push(...page.events);
      after = last.seq;
    }
    return events;
  }

  /** Watermarks and the count of what is unread. */
  #state(user: User, events: ChatEvent[], now: ConversationGetReply): void {
    const where = `${user.name} in ${now.conversation}`;
    const read = now.read ? events[now.read - 1]?.n : 0;
    if (now.unread !== now.n - (read ?? NaN))
      this.#complain(`${where}: ${now.unread} unread, read to ${now.read} of ${now.head}`);
    const waits = events.some((event) => event.type === "message" && event.request && event.sender === user.id) &&
      !events.some((event) => event.accepts);
    for (const member of now.members) {
      const marks = this.#world.users.find((one) => one.id === member.user)?.marks.get(now.conversation);
      if (waits && member.user !== user.id) {
        if (member.read || member.delivered)
          this.#complain(`${where}: told of ${JSON.stringify(member)}, and was not accepted`);
        continue;
      }
      if (marks && (member.read < marks.read || member.delivered < marks.delivered))
        this.#complain(`${where}: marks went back: ${JSON.stringify(member)}, were ${JSON.stringify(marks)}`);
      if (member.user === user.id && (member.read !== now.read || member.delivered !== now.delivered))
        this.#complain(`${where}: own marks differ from the member's`);
    }
  }

  // --- one conversation

  #conversation(id: Id, views: View[]): number {
    const first = views[0] as View;
    const strip = (event: ChatEvent): string => JSON.stringify({ ...event, key: undefined });
    const members = this.#world.members.get(id);
    if (members && members.size !== views.length)
      this.#complain(`${id}: ${members.size} members, in the list of ${views.length}`);
    const same = first.events.map(strip);
    for (const { user, entry, events } of views) {
      if (entry.head !== events.length || entry.head !== first.entry.head)
        this.#complain(`${id}: ${user.name} reads ${events.length} events, the head is ${entry.head}`);
      const at = events.findIndex((event, i) => strip(event) !== same[i]);
      if (at >= 0) this.#complain(`${id}: ${user.name} reads another event ${at + 1} than ${first.user.name}`);
    }
    this.#dense(id, first);
    this.#kept(id, first.events);
    for (const view of views) this.#senders(view);
    this.#projected(id, first.events, this.#texts(views));
    for (const view of views) this.#pushes(id, view);
    this.#before.set(id, first.events);
    return first.events.length;
  }

  #dense(id: Id, { entry, events }: View): void {
    let n = 0;
    events.forEach((event, i) => {
      if (event.type === "message") n++;
      if (event.seq !== i + 1 || event.n !== n || event.conversation !== id)
        this.#complain(`${id}: event ${i + 1} has seq ${event.seq}, n ${event.n} for ${n}`);
    });
    if (entry.n !== n) this.#complain(`${id}: ${n} messages, but n is ${entry.n}`);
  }

  /** What stood at the last look stands still. */
  #kept(id: Id, events: ChatEvent[]): void {
    const place = ({ seq, n, time, sender, type }: ChatEvent): string =>
      JSON.stringify([seq, n, time, sender, type]);
    for (const old of this.#before.get(id) ?? []) {
      const now = events[old.seq - 1];
      if (!now || place(now) !== place(old) || now.rev < old.rev)
        this.#complain(`${id}: event ${old.seq} was seen and is gone or another`);
    }
  }

  /** One's own events carry their keys: each stands for a command of the record, once. */
  #senders({ user, events }: View): void {
    const seen = new Set<string>();
    for (const event of events.filter((one) => one.sender === user.id)) {
      const where = `${event.conversation}/${event.seq}`;
      const command = this.#world.ledger.get(event.key ?? "");
      if (command?.user !== user || !isOf(event, command)) {
        this.#complain(`${where}: nobody sent ${JSON.stringify(event)}`);
        continue;
      }
      if (seen.has(command.args.key)) this.#complain(`${where}: ${command.args.key} stands twice`);
      seen.add(command.args.key);
      this.#stands(where, event, command);
    }
  }

  #stands(where: string, event: ChatEvent, { ok, refused, args }: Command): void {
    if (refused !== undefined) this.#complain(`${where}: ${args.key} stands, but was refused: ${refused}`);
    if (ok && (ok.seq !== event.seq || ok.n !== event.n || ok.time !== event.time))
      this.#complain(`${where}: ${args.key} was acknowledged otherwise: ${JSON.stringify(ok)}`);
  }

  /** The text that each message and edit was sent with, by its place. */
  #texts(views: View[]): Map<number, string> {
    const texts = new Map<number, string>();
    for (const { user, events } of views) {
      for (const { sender, seq, key } of events)
        if (sender === user.id) texts.set(seq, String(this.#world.ledger.get(key ?? "")?.args["text"]));
    }
    return texts;
  }

  /** Messages and edits as they must stand after all that follows them. */
  #projected(id: Id, events: ChatEvent[], texts: Map<number, string>): void {
    const messages = new Map<number, EventMessage>();
    const texted = new Map<number, number>();
    for (const event of events) {
      if (event.type === "message") {
        const { edited, deleted, reactions, ...plain } = event;
        messages.set(event.seq, { ...plain, text: texts.get(event.seq), rev: event.seq });
        texted.set(event.seq, event.seq);
      } else if (event.type === "edit" || event.type === "delete" || event.type === "reaction") {
        const message = messages.get(event.target);
        if (!message || message.deleted) this.#complain(`${id}/${event.seq}: changes no message`);
        else change(message, event, texts, texted);
      }
    }
    for (const event of events) {
      const wanted = messages.get(event.seq);
      if (wanted && ordered(wanted) !== ordered(event as EventMessage))
        this.#complain(`${id}/${event.seq}: is ${ordered(event as EventMessage)}, not ${ordered(wanted)}`);
      if (event.type !== "edit") continue;
      const text = texted.get(event.target) === event.seq ? texts.get(event.seq) : undefined;
      if (event.text !== text) this.#complain(`${id}/${event.seq}: an edit with the text ${event.text}, not ${text}`);
    }
  }

  /** Nothing is pushed before it is durable. */
  #pushes(id: Id, { user, events }: View): void {
    user.pushed = user.pushed.filter((push) => {
      if (push.push === "receipts" && push.conversation === id) {
        for (const mark of push.marks) this.#world.users.find((one) => one.id === mark.user)?.mark(id, mark);
        return false;
      }
      if (push.push !== "event" || push.event.conversation !== id) return true;
      const { seq, n, time, type, sender, rev } = push.event;
      const now = events[seq - 1];
      if (!now || now.n !== n || now.time !== time || now.type !== type || now.sender !== sender || now.rev < rev)
        this.#complain(`${id}/${seq}: was pushed to ${user.name} and is gone or another`);
      return false;
    });
  }

  // --- the record

  #command({ user, cmd, args, ok }: Command, conversations: Map<Id, View[]>): void {
    if (!ok) return;
    const view = conversations.get(ok.conversation)?.find((one) => one.user === user);
    if (view?.events[ok.seq - 1]?.key !== args.key)
      this.#complain(`${ok.conversation}/${ok.seq}: ${cmd} ${args.key} of ${user.name} was acknowledged and is lost`);
  }

  async #newcomers(): Promise<void> {
    for (const one of this.#world.newcomers.splice(0)) {
      const account = await this.#world.rest.call("account.get", {}, one.session.token).catch(String);
      if (typeof account === "string" || account.username !== one.name)
        this.#complain(`${one.name} signed up and is lost: ${JSON.stringify(account)}`);
    }
  }
}

/** Whether the event is what the command asks for, as far as it cannot change. */
function isOf(event: ChatEvent, { cmd, args }: Command): boolean {
  switch (event.type) {
    case "message":
      return cmd === "message.send" && event.kind === "text";
    case "edit":
      return cmd === "message.edit" && event.target === args["seq"];
    case "delete":
      return cmd === "message.delete" && event.target === args["seq"];
    case "reaction":
      return cmd === "message.react" && event.target === args["seq"] && event.emoji === args["emoji"];
    case "title":
      return cmd === "group.set_title" && event.title === args["title"];
    case "description":
      return cmd === "group.set_description" && event.description === args["description"];
    case "invite":
      return cmd === "group.invite" && event.uses_max === args["uses_max"];
    case "uninvite":
      return cmd === "group.uninvite" && event.invite === args["invite"];
    case "created":
      return cmd === "group.create" && event.title === args["title"];
    default:
      return false;
  }
}

function change(
  message: EventMessage, event: ChatEvent, texts: Map<number, string>, texted: Map<number, number>,
): void {
  message.rev = event.seq;
  if (event.type === "edit") {
    message.text = texts.get(event.seq);
    message.edited = event.seq;
    texted.set(message.seq, event.seq);
  } else if (event.type === "delete") {
    message.deleted = true;
    delete message.text;
    delete message.reactions;
    texted.delete(message.seq);
  } else if (event.type === "reaction") {
    const others = (message.reactions ?? []).filter((one) => one.user !== event.sender);
    message.reactions = event.emoji ? [...others, { user: event.sender, emoji: event.emoji }] : others;
  }
}

function ordered(message: EventMessage): string {
  const { seq, n, rev, time, sender, kind, text, reply_to, edited, deleted } = message;
  const reactions = (message.reactions ?? []).map((one: Reaction) => `${one.user}${one.emoji}`).sort();
  return JSON.stringify({ seq, n, rev, time, sender, kind, text, reply_to, edited, deleted, reactions });
}
