/**
 * Parley: a device of one person. Wires the parts together and offers what a page needs: sign in,
 * observe, say something.
 *
 *     const parley = new Parley({ base: location.origin });
 *     await parley.load();
 *     if (!parley.session.getSnapshot()) await parley.signIn({ username, password });
 *     parley.conversations.subscribe(show);
 *     await parley.send(user, "hello");
 *
 * Errors: whatever is asked for rejects with a ParleyError. What was said is kept in the outbox
 * until the server has it or refuses it for good.
 */
import type {
  Appended, AuthReply, ChatEvent, CommandName, Commands, GivenRole, History, Id, Limits,
  MemberState, MessageInfoReply, MessageMentionsReply, MessageReportReply, Person, Pinned, Presence, Push, ReportReason, Seq, SigninArgs, SignupArgs,
} from "./api.ts";
import type { SessionState } from "./accounts.ts";
import { Account } from "./account.ts";
import { Accounts } from "./accounts.ts";
import { Asker } from "./asker.ts";
import { Blocks } from "./blocks.ts";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { Contacts } from "./contacts.ts";
import type { Copy } from "./copy.ts";
import { ParleyError, asParleyError } from "./error.ts";
import { Expiry } from "./expiry.ts";
import type { Status } from "./link.ts";
import { Groups } from "./groups.ts";
import { Past } from "./history.ts";
import { Keeping } from "./keeping.ts";
import { Typing, Watch } from "./live.ts";
import type { Observable } from "./observable.ts";
import { Value } from "./observable.ts";
import type { AppendArgs, AppendCommand, OutboxItem } from "./outbox.ts";
import { Outbox } from "./outbox.ts";
import { People } from "./people.ts";
import { Personal } from "./personal.ts";
import { Pins } from "./pins.ts";
import { PrivacySettings } from "./privacy.ts";
import { Receipts } from "./receipts.ts";
import type { Fetch, RestCommand } from "./rest.ts";
import { Rest, isRestCommand } from "./rest.ts";
import { SharedLink } from "./shared_link.ts";
import { Shelf } from "./shelf.ts";
import type { Storage } from "./storage.ts";
import { COPY, MemoryStorage } from "./storage.ts";
import { Sync } from "./sync.ts";
import type { TabsPlace } from "./tabs.ts";
import type { Transport } from "./transport.ts";
import { webSocketTransport } from "./transport.ts";
import type { ConversationView, TimelineView } from "./view.ts";
import { Views } from "./views.ts";

const OLDER_PAGE = 50;
/** Commands to one's own log. */
const OWN_LANE = "own";
const GROUPS_LANE = "groups";
/** Commands that the timeline shows from the outbox on, until their event is here. */
const SHOWN: ReadonlySet<AppendCommand> =
  new Set(["message.send", "message.forward", "message.edit", "message.delete", "message.react", "message.hide", "conversation.clear"]);

export interface ParleyOptions {
  /** The server's origin, such as `https://chat.example.org`. */
  base: string;
  storage?: Storage;
  clock?: Clock;
  transport?: Transport;
  fetch?: Fetch;
  /** Where the tabs of one browser meet that have one storage, asked when a session begins: they then
   * share a connection. Undefined: this device is alone. */
  tabs?: () => TabsPlace | undefined;
  /** The storage failed: from here on nothing is kept for certain. */
  onStorageError?: (error: unknown) => void;
}

export class Parley {
  readonly session: Observable<SessionState | undefined>;
  readonly status: Observable<Status>;
  /** All but one's own log and requests, the newest first. */
  readonly conversations: Observable<readonly ConversationView[]>;
  /** What strangers began and one has not accepted; they count in no total. */
  readonly requests: Observable<readonly ConversationView[]>;
  /** Unread messages in all of them. */
  readonly unread: Observable<number>;
  /** Whom one blocks. */
  readonly blocked: Observable<readonly Id[]>;
  /** What waits to be sent or was refused. */
  readonly outbox: Observable<readonly OutboxItem[]>;
  /** A compare was through on this connection: what is shown is what stands. */
  readonly synced: Observable<boolean>;
  /** Who may see what of one, and do what with one. */
  readonly privacy: PrivacySettings;
  /** What one changes of one's account, and what is told of it. */
  readonly account: Account;
  /** How one stands to others. */
  readonly contacts: Contacts;
  /** What a group says of itself, who writes in it, who owns it. */
  readonly groups: Groups;
  /** What nobody else sees of what one does. */
  readonly personal: Personal;
  /** What was said long ago, apart from what is kept here. */
  readonly past: Past;
  /** What the server announced. */
  limits: Limits = {};

  #accounts: Accounts;
  #rest: Rest;
  #link: SharedLink;
  #storage: Storage;
  #asker: Asker;
  #shelf: Shelf;
  #sync: Sync;
  #outbox: Outbox;
  #receipts: Receipts;
  #watch: Watch;
  #typing: Typing;
  #people: People;
  #blocks: Blocks;
  #pins: Pins;
  #expiry: Expiry;

  #views: Views;
  #synced = new Value(false);
  #storageFailed: (error: unknown) => void;

  constructor(options: ParleyOptions) {
    this.#storageFailed = (error) => options.onStorageError?.(error);
    const clock = options.clock ?? systemClock;
    const storage = new Keeping(options.storage ?? new MemoryStorage(), () => this.#link.leads);
    const request = <C extends CommandName>(cmd: C, args: Commands[C]["args"]) =>
      this.#link.request(cmd, args);
    const online = (): boolean => this.#link.online;
    const leads = (): boolean => this.#link.leads;
    this.#storage = storage;
    this.#rest = new Rest(options.base, options.fetch);
    this.#accounts = new Accounts(this.#rest, storage);
    const tabs = options.tabs ?? (() => undefined);
    this.#link = new SharedLink(options.transport ?? webSocketTransport, clock, this.#rest, tabs, {
      online: (reply) => this.#online(reply),
      offline: () => this.#offline(),
      push: (push) => this.#push(push),
      beat: (pushed, received) => this.#sync.beat(pushed, received),
      stopped: (reason) => void this.#stopped(reason),
      leads: () => this.#takeOver(),
      outbox: (news) => void this.#outbox.heard(news),
      draft: (news, tab) => this.personal.heard(news, tab),
      met: () => this.#lookIntoOutbox(),
    });
    this.#asker = new Asker(request, clock);
    this.#blocks = new Blocks(this.#asker);
    this.#pins = new Pins(this.#asker);
    this.#expiry = new Expiry(clock, () => [...this.#shelf.all(), ...this.past.all()], ({ id }) => this.#pins.readAgain(id));
    this.privacy = new PrivacySettings(this.#asker, {
      append: (cmd, args) => this.#append(cmd, args, OWN_LANE),
      named: (username) => this.#named(username),
    });
    this.account = new Account({
      request: (cmd, args) => this.request(cmd, args),
      stands: ({ conversation, seq, n, time }) => this.#shelf.get(conversation)?.hear(seq, n, time),
      named: (username) => this.#named(username),
    });
    this.contacts = new Contacts(this.#asker, {
      append: (cmd, args, user) => this.#append(cmd, args, this.#laneOf(user)),
    });
    this.#shelf = new Shelf(clock, this.#asker, storage, {
      changed: (copy) => this.#views.changed(copy),
      goes: (at) => this.#expiry.goes(at),
      begun: ({ record: { conversation, kind, peer } }) => {
        if (kind !== "own") {
          this.personal.begun(conversation, kind === "self" ? this.#shelf.me : peer);
          return;
        }
        void this.#blocks.read().catch(() => {});
        void this.contacts.read().catch(() => {});
        void this.personal.read().catch(() => {});
        void this.privacy.read().catch(() => {});
      },
      applied: (copy, event) => this.#applied(copy, event),
      stored: (copy) => {
        this.#receipts.check(copy);
        this.#outbox.arrived(copy.id, copy.record.cursor);
      },
      restored: () => void this.#sync.startOver(),
      compareSoon: () => void this.#sync.compare(),
      failed: this.#storageFailed,
    });
    this.#sync = new Sync(clock, this.#asker, this.#shelf, {
      restored: () => this.#outbox.rebase(),
      compared: () => this.#synced.set(this.#link.online),
    });
    this.#outbox = new Outbox(clock, storage, {
      leads,
      shared: () => tabs() !== undefined,
      tell: (news) => this.#link.tell({ note: "outbox", news }),
      online,
      request,
      cursor: (lane) => this.#laneCopy(lane)?.record.cursor,
      listed: () => this.#sync.listed(),
      find: async (lane) => {
        if (!this.#laneCopy(lane)) await this.#sync.compare();
        return lane === OWN_LANE ? this.#shelf.me : this.#laneCopy(lane)?.id;
      },
      stands: (item, reply) => this.#stands(item, reply),
      refused: ({ cmd, args }) => {
        if (cmd === "message.edit") this.personal.putBack(args["conversation"] as Id, args["text"] as string);
      },
      startOver: () => this.#sync.startOver(),
      // What waits for the own log may hide something in any conversation.
      changed: (lane) => this.#views.outboxChanged(lane === OWN_LANE ? undefined : lane),
    });
    this.#receipts = new Receipts(clock, this.#asker, this.#shelf, online, leads);
    this.#watch = new Watch(clock, request, online);
    this.#typing = new Typing(clock, request);
    this.#people = new People(clock, this.#asker, {
      online,
      changed: (user) => this.#views.named(user),
      write: (changes) => this.#shelf.write(changes),
    });
    this.groups = new Groups({
      append: (cmd, args, conversation) => this.#append(cmd, args, this.#laneOf(conversation)),
      appendUnknown: (cmd, args) => this.#append(cmd, args, GROUPS_LANE),
      request: (cmd, args) => this.request(cmd, args),
    });

    this.personal = new Personal({
      asker: this.#asker,
      clock,
      storage,
      shelf: this.#shelf,
      online,
      leads,
      whenGone: (tab, then) => this.#link.whenGone(tab, then),
      tell: (news) => this.#link.tell({ note: "draft", news }),
      conversation: (id) => this.#shelf.resolve(id)?.id,
      write: (changes) => this.#shelf.write(changes),
      append: (cmd, args) => this.#append(cmd, args, OWN_LANE),
    });
    this.#views = new Views(clock, this.#shelf, this.#outbox, this.#people, this.#blocks, this.personal.allDrafts);

    this.past = new Past({
      asker: this.#asker,
      me: () => this.#shelf.me,
      copy: (id) => this.#shelf.resolve(id),
      pending: (id) => this.#views.pendingOf(id),
      goes: (at) => this.#expiry.goes(at),
    });

    this.session = this.#accounts.session;
    this.status = this.#link.status;
    this.conversations = this.#views.list;
    this.requests = this.#views.requests;
    this.unread = this.#views.unread;
    this.blocked = this.#blocks.users;
    this.outbox = this.#views.outbox;
    this.synced = this.#synced;
  }

  // --- the session ---

  /** Takes up what the storage holds; connects if there is a session. Call it once, first. */
  async load(): Promise<SessionState | undefined> {
    const session = await this.#accounts.load();
    if (!session) {
      // It may have been ended elsewhere: nothing is kept of whoever it was.
      await this.#accounts.forget();
      return undefined;
    }
    this.#shelf.me = session.user;
    // First: what the tab that leads has read, nobody else changes behind its back.
    await this.#link.join(session.device);
    try {
      await this.#takeUp();
    } catch (thrown) {
      this.#link.stop(); // Or it might lead, and do nothing.
      throw thrown;
    }
    void this.#link.start(session.token);
    return session;
  }

  async signUp(args: SignupArgs): Promise<SessionState> {
    return this.#begin(await this.#accounts.signUp(args));
  }

  async signIn(args: SigninArgs): Promise<SessionState> {
    return this.#begin(await this.#accounts.signIn(args));
  }

  /** Everything one has, an `AccountExportReply`, whose body comes while it is written. One that was
   * cut short is no JSON. */
  exportAccount(signal?: AbortSignal): Promise<Response> {
    return this.#accounts.export(signal);
  }

  /** Deletes the account for good, and forgets all that was stored. `code`: where there is a second
   * factor. Throws, and keeps everything, if it is refused or not known to be done. */
  async deleteAccount(password: string, code?: string): Promise<void> {
    await this.#accounts.delete({ password, ...(code === undefined ? {} : { code }) });
    await this.#forget();
    this.#link.stop();
  }

  /** Ends the session here and on the server, and forgets all that was stored: drafts go to the server
   * first; what it does not take, and what is in the outbox, is lost (personal.flushDrafts()).
   * Throws, and keeps everything, if the server cannot be told. Of a disabled account it ends here alone. */
  async signOut(): Promise<void> {
    await this.personal.flushDrafts();
    try {
      await this.#accounts.signOut();
    } catch (thrown) {
      const error = asParleyError(thrown);
      if (error.code !== "unauthenticated" && error.code !== "account_disabled") throw error;
    }
    await this.#forget();
    // The server closes the socket before it answers: to whoever asked for it that is no news.
    this.#link.stop();
  }

  /** Takes the connection down; everything stays. */
  stop(): void {
    this.#link.stop();
  }

  /** Puts it up again after stop(). */
  start(): void {
    const session = this.#accounts.session.get();
    if (session) void this.#link.start(session.token);
  }

  /** Ends the wait for the next try. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Any command that appends nothing: on the socket if there is one, else over REST. */
  request<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    if (this.#link.online) return this.#link.request(cmd, args);
    if (isRestCommand(cmd)) {
      const token = this.#accounts.session.get()?.token;
      return this.#rest.call(cmd as RestCommand, args as Commands[RestCommand]["args"], token) as
        Promise<Commands[C]["reply"]>;
    }
    return Promise.reject(new ParleyError("disconnected", "not connected"));
  }

  /** Compares with the server now. */
  compare(): Promise<void> {
    return this.#sync.compare();
  }

  // --- what is shown ---

  /** `id`: a conversation, or the person one talks to. */
  conversation(id: Id): Observable<ConversationView | undefined> {
    return this.#views.conversations.of(id);
  }

  /** Messages, one's own waiting ones last, and notices. `id` as above. */
  timeline(id: Id): Observable<TimelineView> {
    return this.#views.timelines.of(id);
  }

  /** Known while the conversation is open, with how far each of them got. */
  members(conversation: Id): Observable<readonly MemberState[] | undefined> {
    return this.#views.members.of(conversation);
  }

  /** Known while the conversation is open, the newest pin first. */
  pins(conversation: Id): Observable<readonly Pinned[] | undefined> {
    return this.#pins.observed.of(conversation);
  }

  presence(user: Id): Observable<Presence | undefined> {
    return this.#watch.observed.of(user);
  }

  typing(conversation: Id): Observable<readonly Id[]> {
    return this.#typing.observed.of(conversation);
  }

  person(user: Id): Observable<Person | undefined> {
    return this.#people.observed.of(user);
  }

  /** Somebody looks at it: loads its newest page and its members. The answer ends it. */
  open(id: Id): () => void {
    const copy = this.#shelf.resolve(id);
    if (!copy) return () => {};
    void this.#shelf.open(copy);
    void this.#pins.read(copy.id);
    let closed = false;
    return () => {
      if (!closed) this.#close(copy.id);
      closed = true;
    };
  }

  /** Loads the page before. False: there is none. */
  async loadOlder(id: Id): Promise<boolean> {
    return (await this.#shelf.resolve(id)?.loadOlder(OLDER_PAGE)) ?? false;
  }

  /** Tells the admins of the server of another's message. Nobody in the conversation hears of it. */
  report(conversation: Id, seq: Seq, reason: ReportReason, comment?: string): Promise<MessageReportReply> {
    return this.request("message.report", { conversation, seq, reason, ...(comment ? { comment } : {}) });
  }

  /** How far a message got with each of the others. */
  info(conversation: Id, seq: Seq): Promise<MessageInfoReply> {
    return this.request("message.info", { conversation, seq });
  }

  /** The messages that mention one, the newest first; `page` is the reply's before. */
  mentions(page?: string): Promise<MessageMentionsReply> {
    return this.request("message.mentions", page === undefined ? {} : { page });
  }

  /** Whose coming and going is shown. The answer ends it. */
  watch(users: readonly Id[]): () => void {
    for (const user of users) this.#people.seen(user);
    return this.#watch.watch(users);
  }

  // --- what one does ---

  /** So much waits to be sent that nothing more is taken: whatever goes into the outbox is refused. */
  get outboxFull(): boolean {
    return this.#outbox.full;
  }

  /** `to`: a person or a conversation; oneself: notes. Resolves when it stands. */
  send(
    to: Id,
    text: string,
    more: { kind?: string; reply_to?: Seq; mentions?: Id[] } = {},
  ): Promise<Appended> {
    const copy = this.#shelf.resolve(to);
    // What is not taken stays a draft.
    if (this.outboxFull) return Promise.reject(new ParleyError("outbox_full", "too much waits to be sent"));
    if (copy) this.#typing.sent(copy.id);
    const stands = this.#append("message.send", { to, text, ...more }, this.#laneOf(to));
    this.personal.sent(copy?.id ?? to);
    return stands;
  }

  /** Without `mentions` the message mentions nobody any more. Refused, its text is a draft. */
  edit(conversation: Id, seq: Seq, text: string, more: { mentions?: Id[] } = {}): Promise<Appended> {
    const args = { conversation, seq, text, ...more };
    return this.#append("message.edit", args, this.#laneOf(conversation));
  }

  delete(conversation: Id, seq: Seq): Promise<Appended> {
    return this.#append("message.delete", { conversation, seq }, this.#laneOf(conversation));
  }

  /** An empty `emoji` takes the reaction back. */
  react(conversation: Id, seq: Seq, emoji: string): Promise<Appended> {
    return this.#append("message.react", { conversation, seq, emoji }, this.#laneOf(conversation));
  }

  /** Writes a copy of the message to a person or a conversation. `text`: what it says, to be shown until it stands;
   * not of one that goes by a timer, which what waits does not know of. */
  forward(conversation: Id, seq: Seq, to: Id, text?: string): Promise<Appended> {
    return this.#append("message.forward", { conversation, seq, to }, this.#laneOf(to), text);
  }

  pin(conversation: Id, seq: Seq): Promise<Appended> {
    return this.#append("message.pin", { conversation, seq }, this.#laneOf(conversation));
  }

  unpin(conversation: Id, seq: Seq): Promise<Appended> {
    return this.#append("message.unpin", { conversation, seq }, this.#laneOf(conversation));
  }

  /** A request becomes a conversation like any other, and the other is told how far one got. To answer
   * accepts too. */
  accept(conversation: Id): Promise<Appended> {
    return this.#append("conversation.accept", { conversation }, this.#laneOf(conversation));
  }

  /** Messages from now on stay so long; 0: for ever. */
  setTimer(conversation: Id, seconds: number): Promise<Appended> {
    return this.#append("conversation.set_timer", { conversation, seconds }, this.#laneOf(conversation));
  }

  /** What is so old is removed for everybody; 0: as the server does. */
  setRetention(conversation: Id, days: number): Promise<Appended> {
    return this.#append("conversation.set_retention", { conversation, days }, this.#laneOf(conversation));
  }

  retry(key: string): Promise<void> {
    return this.#outbox.retry(key);
  }

  discard(key: string): Promise<void> {
    return this.#outbox.discard(key);
  }

  /** Everything up to `seq` was seen; without it, everything that is here. */
  markRead(id: Id, seq?: Seq): void {
    const copy = this.#shelf.resolve(id);
    const to = seq ?? copy?.record.cursor ?? 0;
    if (copy?.markRead(to, this.past.nAt(copy.id, to))) this.#receipts.check(copy);
    else if (copy) this.personal.looked(copy.id);
  }

  /** One types: call it for every key. */
  types(conversation: Id): void {
    this.#typing.tell(conversation);
  }

  createGroup(title: string, members: Id[], history?: History): Promise<Appended> {
    const args = { title, members, ...(history ? { history } : {}) };
    return this.#append("group.create", args, GROUPS_LANE);
  }

  setTitle(conversation: Id, title: string): Promise<Appended> {
    return this.#append("group.set_title", { conversation, title }, this.#laneOf(conversation));
  }

  addMember(conversation: Id, user: Id): Promise<Appended> {
    return this.#append("group.add", { conversation, user }, this.#laneOf(conversation));
  }

  removeMember(conversation: Id, user: Id): Promise<Appended> {
    return this.#append("group.remove", { conversation, user }, this.#laneOf(conversation));
  }

  setRole(conversation: Id, user: Id, role: GivenRole): Promise<Appended> {
    return this.#append("group.set_role", { conversation, user, role }, this.#laneOf(conversation));
  }

  leave(conversation: Id): Promise<Appended> {
    return this.#append("group.leave", { conversation }, this.#laneOf(conversation));
  }

  setProfile(profile: { display_name?: string; about?: string }): Promise<Appended> {
    return this.#append("account.set_profile", profile, OWN_LANE);
  }

  block(user: Id): Promise<Appended> {
    return this.#append("user.block", { user }, OWN_LANE);
  }

  unblock(user: Id): Promise<Appended> {
    return this.#append("user.unblock", { user }, OWN_LANE);
  }

  // --- the parts' events ---

  async #takeUp(): Promise<void> {
    const kept = await this.#storage.scan(COPY);
    this.#people.load(kept);
    this.#shelf.load(kept);
    this.#expiry.look();
    this.#sync.load(kept);
    await this.#outbox.load();
    await this.personal.load();
    this.#views.touchAll();
  }

  async #begin(session: SessionState): Promise<SessionState> {
    this.#link.stop();
    this.#asker.clear();
    this.#outbox.clear();
    this.#blocks.clear();
    this.contacts.clear();
    this.privacy.clear();
    this.account.clear();
    this.#pins.clear();
    this.personal.clear();
    await this.#shelf.dropAll();
    this.#sync.load([]);
    this.#shelf.me = session.user;
    this.#views.touchAll();
    await this.#link.join(session.device);
    void this.#link.start(session.token, this.#accounts.nodes);
    return session;
  }

  #online(reply: AuthReply): void {
    this.limits = reply.limits;
    this.#expiry.set(reply.time);
    this.#sync.online(reply.incarnation);
    if (this.#link.leads) {
      this.#outbox.flush();
      this.#lookIntoOutbox();
    } else {
      void this.#outbox.reload();
    }
    this.personal.online();
    this.#watch.online();
    this.#people.online();
    this.#receipts.checkAll();
    void this.#readAgain();
  }

  /** What no event tells of: blocks, contacts and stars from before, others' ticks, members of what
   * is open. */
  async #readAgain(): Promise<void> {
    try {
      const lists = [this.#blocks.read(), this.contacts.read(), this.privacy.read(), this.personal.read()];
      await Promise.all([this.#sync.compare(), ...lists]);
      await this.#sync.readTicks();
      const open = [...this.#shelf.all()].filter((copy) => copy.open > 0);
      await Promise.all(open.map((copy) => Promise.all([this.#shelf.refresh(copy), this.#pins.read(copy.id)])));
    } catch {
      // The connection is gone again; the next one asks anew.
    }
  }

  #offline(): void {
    this.#synced.set(false);
    this.#sync.offline();
    this.#people.offline();
    this.#typing.clear();
  }

  /** This tab leads from now on, after another one: what that one left is taken up. */
  async #takeOver(): Promise<void> {
    const kept = await this.#storage.scan(COPY);
    await this.#shelf.takeOver(kept, [...this.#people.all(), ...this.#sync.all()]);
    await this.#outbox.reload();
    await this.personal.inherit();
  }

  async #stopped(reason: NonNullable<Status["reason"]>): Promise<void> {
    if (reason === "signed_out" || reason === "unauthenticated") await this.#forget();
  }

  async #forget(): Promise<void> {
    if (this.#link.status.get().state !== "stopped") this.#link.stop();
    this.#asker.clear();
    this.#outbox.clear();
    this.#watch.clear();
    this.#typing.clear();
    this.#people.clear();
    this.#blocks.clear();
    this.contacts.clear();
    this.privacy.clear();
    this.#pins.clear();
    this.personal.clear();
    await this.#shelf.dropAll();
    await this.#accounts.forget();
    this.#sync.load([]);
  }

  #close(conversation: Id): void {
    this.personal.flushDraft(conversation);
    this.#shelf.close(conversation);
    if (!this.#shelf.get(conversation)?.open) this.#pins.forget(conversation);
  }

  #push(push: Push): void {
    switch (push.push) {
      case "event":
        this.#shelf.offer(push.event);
        break;
      case "receipts":
        this.#shelf.receipts(push);
        break;
      case "typing":
        this.#typing.heard(push.conversation, push.user);
        break;
      case "presence":
        this.#watch.push(push);
        // Who hides, or deleted the account, is told of once so.
        if (!push.online && push.last_seen === undefined) this.#people.refresh(push.user);
        break;
      case "resync":
        // Ticks and presence were dropped with the events.
        this.#watch.online();
        void this.#readAgain();
        break;
      default:
        break;
    }
  }

  #applied(copy: Copy, event: ChatEvent): void {
    if (event.type === "message") this.#typing.ended(copy.id, event.sender);
    if (event.sender === this.#shelf.me) this.#outbox.applied(event);
    if (event.type === "profile" || event.type === "rename") this.#people.refresh(event.sender);
    // The last that one hears of an account that is deleted.
    if (event.type === "left" || event.type === "contact_remove") this.#people.refresh(event.sender);
    this.#blocks.applied(event);
    this.contacts.applied(event, this.#shelf.me);
    this.privacy.applied(event, this.#shelf.me);
    this.account.applied(event, this.#shelf.me);
    this.#pins.applied(event);
    this.personal.applied(event);
    this.past.applied(event);
  }

  #lookIntoOutbox(): void {
    this.#outbox.look().catch(this.#storageFailed);
  }

  #named(username: string): void {
    this.#accounts.named(username).catch(this.#storageFailed);
  }

  #stands(item: OutboxItem, reply: Appended): boolean {
    if (item.cmd === "message.send") this.#typing.sent(reply.conversation);
    const copy = this.#shelf.get(reply.conversation);
    if (copy) copy.hear(reply.seq, reply.n, reply.time);
    else void this.#shelf.learn(reply.conversation);
    return !SHOWN.has(item.cmd) || (copy !== undefined && copy.record.cursor >= reply.seq);
  }

  // --- lanes ---

  #laneOf(to: Id): string {
    return this.#shelf.laneOf(to);
  }

  #laneCopy(lane: string): Copy | undefined {
    return lane === OWN_LANE ? this.#shelf.get(this.#shelf.me) : this.#shelf.resolve(lane);
  }

  #append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>, lane: string, text?: string): Promise<Appended> {
    if (!this.#accounts.session.get()) {
      return Promise.reject(new ParleyError("stopped", "not signed in"));
    }
    return this.#outbox.append(cmd, args, lane, text);
  }
}
