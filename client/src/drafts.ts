/**
 * What one has begun to write in each conversation: as the server has it for one's other devices,
 * or as it was typed here and is on its way there. Several changes go as one, the last one, at most
 * every DRAFT_EVERY_MS in each conversation; what is taken away goes at once.
 *
 * No key and no outbox: a draft that is written down twice is the same draft, and of those that
 * wait the newest alone is of use. What was typed and is not written down yet is kept in the
 * storage, and what the server does not take stays there; of two devices' drafts the one that reaches
 * the server last stands. Only what is taken away without a connection is compared first: what another
 * device wrote meanwhile stays.
 *
 * With a person one has no conversation with yet it is kept here under the person, until there is one.
 *
 * Of several tabs each keeps its own, in one place for each conversation: what no server tells the
 * others, each tells them itself. They show it, until the server tells of one or they write there; whose it is
 * tells the server, and whoever leads if that tab is gone.
 */
import type { ChatEvent, Id, Seq } from "./api.ts";
import { LIMITS } from "./api.ts";
import { bytesOf } from "./bytes.ts";
import type { Asker } from "./asker.ts";
import type { Clock } from "./clock.ts";
import { sleep } from "./clock.ts";
import type { ParleyError } from "./error.ts";
import { asParleyError } from "./error.ts";
import { Observed, ObservedMap } from "./observable.ts";
import type { Change, Storage } from "./storage.ts";

/** As often as the server takes them. */
const DRAFT_EVERY_MS = 5000;
/** So long one waits for the server to take them before one signs out: it may have to be the next of them. */
const LAST_MS_MAX = DRAFT_EVERY_MS * 1.25;
const PREFIX = "draft/";
/** Of a tab that is gone, or another one's by what is stored. */
const NOBODY = "";

export interface Draft {
  text: string;
  /** The message it answers. */
  reply_to?: Seq;
}

const NOTHING: Draft = { text: "" };

/** What the storage has of a conversation. */
type Kept = Draft & Pick<Writing, "over">;

/** A conversation that one writes in here. */
interface Writing {
  /** What the server is to be told. */
  draft?: Draft;
  /** What it was told, and may have. */
  tried?: string;
  /** What may be taken away, if nobody was told at once. */
  over?: string[];
  late?: boolean;
  /** The server does not take the draft: it is kept here alone, until it is another one. */
  refused?: boolean;
  /** Another tab's, which tells the server: this one shows it. */
  heard?: string;
  /** When it was told last. */
  told?: number;
  /** Until the server answers. */
  telling?: Promise<void>;
  cancel?: () => void;
}

/** As the server has it after an event of one's own log; an empty text: there is none. */
interface Known {
  seq: Seq;
  draft: Draft;
}

/** What one tab tells the others; an empty text: there is none any more. */
export interface DraftNews {
  to: Id;
  draft: Draft;
}

export interface DraftsHost {
  asker: Asker;
  clock: Clock;
  storage: Storage;
  online(): boolean;
  leads(): boolean;
  /** Calls `then` once when another tab is no more. */
  whenGone(tab: string, then: () => void): void;
  tell(news: DraftNews): void;
  /** The conversation with a person, or the one that has the id itself, if it is known. */
  conversation(id: Id): Id | undefined;
  /** Resolves when it is stored. */
  write(changes: Change[]): Promise<void>;
}

export class Drafts {
  /** Undefined: there is none. */
  readonly observed = new ObservedMap<Draft | undefined>((conversation) => this.#get(conversation));
  /** Where one is that the server does not have. */
  readonly here = new Observed<readonly Id[]>(() =>
    [...this.#writing].flatMap(([id, { draft }]) => (draft && draft.text !== "" ? id : [])));
  /** Where one is of which something is seen. */
  readonly everywhere = new Observed<readonly Id[]>(() =>
    [...new Set([...this.#writing.keys(), ...this.#known.keys()])].filter((id) => this.#get(id)?.text.trim()));
  #host: DraftsHost;
  #writing = new Map<Id, Writing>();
  #known = new Map<Id, Known>();
  /** How often there was a reason to doubt it: a list that was asked for before is too old. */
  #doubts = 0;
  #reading: Promise<void> | undefined;
  /** The tabs one has heard of. */
  #tabs = new Set<string>();

  constructor(host: DraftsHost) {
    this.#host = host;
  }

  /** What was typed before a restart. */
  async load(): Promise<void> {
    for (const [key, value] of await this.#host.storage.scan(PREFIX)) {
      this.#takeUp(key.slice(PREFIX.length), value as Kept);
    }
    for (const [id, writing] of [...this.#writing]) this.#moveIfBegun(id, writing);
  }

  /** What tabs that are gone did not tell the server: as after a restart. */
  async inherit(): Promise<void> {
    for (const [id, writing] of [...this.#writing]) {
      if (writing.heard !== NOBODY) continue;
      const kept = (await this.#host.storage.get(`${PREFIX}${id}`)) as Kept | undefined;
      if (this.#writing.get(id) !== writing || writing.heard !== NOBODY) continue;
      if (!kept) {
        this.#forget(id);
      } else if (this.#host.leads()) {
        const taken = this.#takeUp(id, kept);
        this.#moveIfBegun(id, taken);
        void this.#tell(id, taken);
      }
    }
  }

  /** A conversation is known now: what one has begun to write to that person belongs there. */
  begun(conversation: Id, person: Id | undefined): void {
    const writing = person === undefined ? undefined : this.#writing.get(person);
    if (person === undefined || !writing) this.flush(conversation);
    else if (writing.late) void this.#moveKept(conversation, person, writing);
    else this.#move(conversation, person, writing);
  }

  /** `to`: a conversation, or a person one may have none with yet. */
  set(to: Id, draft: Draft): void {
    const conversation = this.#host.conversation(to) ?? to;
    const news = draft.text !== "" || this.#writing.has(conversation) || this.#stands(conversation);
    if (!news) return;
    this.#set(conversation, draft);
    // Of one that ends the server may never have known.
    const isTold = draft.text !== "" && this.#host.online() && this.#host.conversation(to) !== undefined;
    if (!isTold) this.#host.tell({ to, draft });
  }

  /** One writes in another tab. */
  heard({ to, draft }: DraftNews, tab: string): void {
    const id = this.#host.conversation(to) ?? to;
    this.#forget(id);
    if (draft.text !== "") this.#writing.set(id, { draft, heard: tab });
    else if (this.#stands(id)) this.#writing.set(id, { draft: NOTHING, heard: tab });
    if (this.#tabs.has(tab)) return;
    this.#tabs.add(tab);
    this.#host.whenGone(tab, () => this.#gone(tab));
  }

  #set(conversation: Id, draft: Draft): void {
    const writing: Writing = this.#writing.get(conversation) ?? {};
    this.#writing.set(conversation, writing);
    delete writing.heard;
    delete writing.over;
    delete writing.refused;
    writing.late = false;
    if (draft.text !== "") {
      writing.draft = draft;
      writing.cancel ??= this.#after(conversation, DRAFT_EVERY_MS);
    } else if (writing.tried !== undefined || this.#stands(conversation)) {
      writing.draft = NOTHING;
      writing.over = [writing.tried ?? "", this.#standing(conversation)];
    } else {
      delete writing.draft; // Nobody has heard of it.
      if (!writing.cancel) this.#writing.delete(conversation);
    }
    this.#keep(conversation, writing);
    this.#changed(conversation);
    if (writing.draft === NOTHING) void this.#tell(conversation, writing);
  }

  /** It was sent, so it is a draft no more. */
  sent(conversation: Id): void {
    if (this.#writing.get(conversation)?.draft || this.#stands(conversation)) {
      this.set(conversation, NOTHING);
    }
  }

  /** What was said there is refused: one has begun to write it, behind what one has begun since. */
  putBack(conversation: Id, text: string): void {
    const draft = this.#get(conversation);
    if (draft?.text.endsWith(text)) return; // Another tab was faster.
    this.set(conversation, draft ? { ...draft, text: `${draft.text}\n${text}` } : { text });
  }

  /** One looks elsewhere: what was typed is told as soon as may be. */
  flush(conversation: Id): void {
    const writing = this.#writing.get(conversation);
    if (!writing?.draft || writing.telling) return;
    const due = this.#due(writing);
    if (due <= 0) {
      void this.#tell(conversation, writing);
    } else {
      writing.cancel?.();
      writing.cancel = this.#after(conversation, due);
    }
  }

  /** One signs out, and nothing is kept here: what was typed is told, if there is a connection, as soon as the
   * server takes it. Resolves with how many of them it does not have then. */
  async flushAll(): Promise<number> {
    const told = [...this.#writing].map(([conversation, writing]) => this.#tellLast(conversation, writing));
    if (told.length > 0) await Promise.race([Promise.all(told), sleep(this.#host.clock, LAST_MS_MAX)]);
    return this.#left();
  }

  /** A connection is up. */
  online(): void {
    for (const [conversation, writing] of this.#writing) {
      if (writing.draft) void this.#tell(conversation, writing);
    }
  }

  applied(event: ChatEvent): void {
    // One that another has taken the place of says nothing.
    if (event.type !== "draft" || event.text === undefined) return;
    this.#doubts++;
    const { subject, seq } = event;
    const writing = this.#writing.get(subject);
    if (writing?.heard !== undefined && seq >= (this.#known.get(subject)?.seq ?? 0)) this.#forget(subject);
    this.#learn(subject, seq, draftOf(event.text, event.reply_to));
  }

  /** Whatever events were missed, it is right after this. */
  read(): Promise<void> {
    this.#doubts++;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  clear(): void {
    this.#doubts++;
    for (const { cancel } of this.#writing.values()) cancel?.();
    this.#writing.clear();
    this.#tabs.clear();
    this.#known.clear();
    this.observed.touchAll();
    this.here.touch();
    this.everywhere.touch();
  }

  #takeUp(id: Id, { over, ...draft }: Kept): Writing {
    const writing: Writing = { draft: draft.text === "" ? NOTHING : draft, late: true };
    if (over) writing.over = over;
    if (!this.#host.leads()) writing.heard = NOBODY;
    this.#writing.set(id, writing);
    this.#changed(id);
    return writing;
  }

  #gone(tab: string): void {
    this.#tabs.delete(tab);
    for (const writing of this.#writing.values()) if (writing.heard === tab) writing.heard = NOBODY;
    this.inherit().catch(() => {}); // It is found at the next start.
  }

  #forget(id: Id): void {
    this.#writing.get(id)?.cancel?.();
    this.#writing.delete(id);
    this.#changed(id);
  }

  #moveIfBegun(person: Id, writing: Writing): void {
    const conversation = this.#host.conversation(person);
    if (conversation !== undefined && conversation !== person) this.#move(conversation, person, writing);
  }

  #move(conversation: Id, person: Id, writing: Writing): void {
    this.#forget(person);
    if (writing.heard !== undefined) return; // Whose it is moves it.
    if (writing.draft) this.set(conversation, writing.draft);
    this.#keep(person, {});
    this.flush(conversation);
  }

  /** Of before a restart: another tab may have sent it since, or gone on. */
  async #moveKept(conversation: Id, person: Id, writing: Writing): Promise<void> {
    const kept = (await this.#host.storage.get(`${PREFIX}${person}`)) as Draft | undefined;
    if (this.#writing.get(person) !== writing) return;
    if (kept) writing.draft = kept;
    else delete writing.draft;
    this.#move(conversation, person, writing);
  }

  #get(conversation: Id): Draft | undefined {
    const draft = this.#writing.get(conversation)?.draft ?? this.#known.get(conversation)?.draft;
    return draft && draft.text !== "" ? draft : undefined;
  }

  #changed(conversation: Id): void {
    this.observed.touch(conversation);
    this.here.touch();
    this.everywhere.touch();
  }

  #standing(conversation: Id): string {
    return this.#known.get(conversation)?.draft.text ?? "";
  }

  #stands(conversation: Id): boolean {
    return this.#standing(conversation) !== "";
  }

  #after(conversation: Id, ms: number): () => void {
    return this.#host.clock.after(ms, () => this.#go(conversation));
  }

  /** After so long the server takes it again. */
  #due({ told }: Writing): number {
    return (told ?? -Infinity) + DRAFT_EVERY_MS - this.#host.clock.now();
  }

  #go(conversation: Id): void {
    const writing = this.#writing.get(conversation);
    if (!writing) return;
    delete writing.cancel;
    if (writing.draft) void this.#tell(conversation, writing);
    else if (!writing.telling) this.#writing.delete(conversation);
  }

  /** What is on its way may be older than what stands in the box. */
  async #tellLast(conversation: Id, writing: Writing): Promise<void> {
    await writing.telling;
    const due = this.#due(writing);
    if (due > 0 && writing.draft && !writing.refused && this.#host.online()) await sleep(this.#host.clock, due);
    await this.#tell(conversation, writing);
  }

  /** Other tabs have theirs in the storage alone. */
  async #left(): Promise<number> {
    const kept = (await this.#host.storage.scan(PREFIX)) as [string, Kept][];
    const left = new Map(kept.map(([key, { text }]) => [key.slice(PREFIX.length), text]));
    for (const [conversation, { draft }] of this.#writing) if (draft) left.set(conversation, draft.text);
    return [...left.values()].filter((text) => text !== "").length;
  }

  /** Resolves when the server has answered, or cannot be told. */
  #tell(conversation: Id, writing: Writing): Promise<void> {
    if (writing.telling) return writing.telling;
    const draft = this.#tellable(conversation, writing);
    if (!draft) return Promise.resolve();
    writing.cancel?.();
    delete writing.cancel;
    writing.telling = this.#tellOne(conversation, writing, draft);
    return writing.telling;
  }

  #tellable(conversation: Id, writing: Writing): Draft | undefined {
    const { draft } = writing;
    if (!draft || writing.refused || writing.heard !== undefined) return undefined;
    if (this.#host.conversation(conversation) !== conversation) return undefined;
    if (bytesOf(draft.text) > LIMITS.text_bytes_max) {
      writing.refused = true; // Nor may a frame be so long: it would cost the connection.
      return undefined;
    }
    if (!this.#host.online()) {
      writing.late = true;
      return undefined;
    }
    return draft;
  }

  async #tellOne(conversation: Id, writing: Writing, draft: Draft): Promise<void> {
    try {
      if (draft !== NOTHING || (await this.#mayTakeAway(conversation, writing))) {
        await this.#ask(conversation, writing, draft);
      }
      this.#done(conversation, writing, draft);
    } catch (thrown) {
      this.#failed(conversation, writing, draft, asParleyError(thrown));
    } finally {
      delete writing.telling;
    }
    if (writing.draft === NOTHING && draft !== NOTHING) await this.#tell(conversation, writing);
    else writing.cancel ??= this.#after(conversation, DRAFT_EVERY_MS);
  }

  async #ask(conversation: Id, writing: Writing, draft: Draft): Promise<void> {
    writing.tried = draft.text;
    const { seq } = await this.#host.asker.ask("draft.set", { conversation, ...draft });
    if (this.#writing.get(conversation) !== writing) return; // Signed out meanwhile.
    delete writing.tried;
    writing.told = this.#host.clock.now();
    this.#learn(conversation, seq, draft);
  }

  /** Whether what stands is what this device meant. */
  async #mayTakeAway(conversation: Id, { late, over }: Writing): Promise<boolean> {
    if (!late) return true;
    await this.read();
    return this.#stands(conversation) && (over?.includes(this.#standing(conversation)) ?? false);
  }

  #failed(conversation: Id, writing: Writing, draft: Draft, error: ParleyError): void {
    if (error.code === "stopped") return;
    if (error.transient) {
      writing.late = true;
      return;
    }
    delete writing.tried;
    if (this.#writing.get(conversation) !== writing || writing.draft !== draft) return; // One has written on.
    if (error.code === "not_found" && draft.reply_to !== undefined) {
      writing.draft = { text: draft.text }; // What it answers may be gone.
      this.#keep(conversation, writing);
      this.#changed(conversation);
    } else if (error.code === "not_found" || draft === NOTHING) {
      this.#done(conversation, writing, draft);
    } else {
      writing.refused = true;
    }
  }

  #done(conversation: Id, writing: Writing, draft: Draft): void {
    if (this.#writing.get(conversation) !== writing || writing.draft !== draft) return; // One has written on.
    delete writing.draft;
    delete writing.over;
    this.#keep(conversation, writing);
    this.#changed(conversation);
  }

  #keep(conversation: Id, { draft, over }: Pick<Writing, "draft" | "over">): void {
    const key = `${PREFIX}${conversation}`;
    const kept: Kept | undefined = draft && over ? { ...draft, over } : draft;
    void this.#host.write([kept ? { put: key, value: kept } : { drop: key }]);
  }

  #learn(conversation: Id, seq: Seq, draft: Draft): void {
    if ((this.#known.get(conversation)?.seq ?? 0) >= seq) return;
    this.#known.set(conversation, { seq, draft });
    this.#changed(conversation);
  }

  async #read(): Promise<void> {
    for (let asked = -1; asked !== this.#doubts; ) {
      asked = this.#doubts;
      const known = await this.#pages();
      if (asked !== this.#doubts) continue;
      this.#known = known;
      this.observed.touchAll();
      this.everywhere.touch();
    }
  }

  async #pages(): Promise<Map<Id, Known>> {
    const known = new Map<Id, Known>();
    const limit = LIMITS.list_max;
    for (let after: Id | undefined; ; ) {
      const { drafts } = await this.#host.asker.ask("draft.list", {
        limit, ...(after === undefined ? {} : { after_conversation: after }),
      });
      for (const { conversation, seq, text, reply_to } of drafts) {
        known.set(conversation, { seq, draft: draftOf(text, reply_to) });
      }
      after = drafts.at(-1)?.conversation;
      if (drafts.length < limit) return known;
    }
  }
}

function draftOf(text: string, reply_to: Seq | undefined): Draft {
  return reply_to === undefined ? { text } : { text, reply_to };
}
