/**
 * What nobody else sees: what one wants of a conversation, which messages one starred or hid, what one has
 * begun to write. Commands go to one's own log, but for drafts through the outbox as everything that one
 * does; the log tells all of one's devices, this one too.
 */
import type {
  Appended, ChatEvent, Id, MessageStarredReply, PreferencesSetArgs, Seq, Time,
} from "./api.ts";
import { LIMITS } from "./api.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";
import type { Asker } from "./asker.ts";
import type { Draft, DraftNews, DraftsHost } from "./drafts.ts";
import { Drafts } from "./drafts.ts";
import type { Observable } from "./observable.ts";
import type { Shelf } from "./shelf.ts";
import { Stars } from "./stars.ts";

/** Mutes for ever: the greatest time there is. */
export const FOR_EVER: Time = LIMITS.seq_max;

export interface PersonalHost extends DraftsHost {
  asker: Asker;
  shelf: Shelf;
  /** Into the lane of one's own log. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>): Promise<Appended>;
}

export class Personal {
  #host: PersonalHost;
  #stars: Stars;
  #drafts: Drafts;

  constructor(host: PersonalHost) {
    this.#host = host;
    this.#stars = new Stars(host.asker);
    this.#drafts = new Drafts(host);
  }

  /** Without a time: for ever. */
  mute(conversation: Id, until: Time = FOR_EVER): Promise<Appended> {
    return this.#set({ conversation, muted_until: until });
  }

  unmute(conversation: Id): Promise<Appended> {
    return this.#set({ conversation, muted_until: 0 });
  }

  pin(conversation: Id, pinned = true): Promise<Appended> {
    return this.#set({ conversation, pinned });
  }

  archive(conversation: Id, archived = true): Promise<Appended> {
    return this.#set({ conversation, archived });
  }

  markUnread(conversation: Id): Promise<Appended> {
    return this.#set({ conversation, unread: true });
  }

  /** One has it before one's eyes. Where there was nothing to read no mark moves, and nothing else
   * takes the mark as unread away. */
  looked(conversation: Id): void {
    if (!this.#host.shelf.get(conversation)?.record.marked_unread) return;
    // Refused: it is gone, or one may not know of it any more.
    this.#set({ conversation, unread: false }).catch(() => {});
  }

  star(conversation: Id, seq: Seq): Promise<Appended> {
    return this.#host.append("message.star", { conversation, seq });
  }

  unstar(conversation: Id, seq: Seq): Promise<Appended> {
    return this.#host.append("message.unstar", { conversation, seq });
  }

  /** What one starred in a conversation. */
  stars(conversation: Id): Observable<readonly Seq[]> {
    return this.#stars.observed.of(conversation);
  }

  /** All that one starred, the newest message first; `page` is the reply's before. */
  starred(page?: string): Promise<MessageStarredReply> {
    return this.#host.asker.ask("message.starred", page === undefined ? {} : { page });
  }

  /** Takes a message out of one's own sight, for good; the others keep it. */
  hide(conversation: Id, seq: Seq): Promise<Appended> {
    return this.#host.append("message.hide", { conversation, seq });
  }

  /** The same with all that is here, or with all up to `seq`. */
  clearHistory(conversation: Id, seq?: Seq): Promise<Appended> {
    const up_to = seq ?? this.#host.shelf.get(conversation)?.record.cursor ?? 1;
    return this.#host.append("conversation.clear", { conversation, up_to });
  }

  /** What one has written so far: call it as one types, it is told as often as is useful. An empty
   * text: nothing any more. `to`: a conversation, or a person one has none with yet. */
  setDraft(to: Id, text: string, reply_to?: Seq): void {
    this.#drafts.set(to, reply_to === undefined || text === "" ? { text } : { text, reply_to });
  }

  /** What one has begun to write in a conversation, here or on another device; or to a person one has
   * no conversation with yet. */
  draft(id: Id): Observable<Draft | undefined> {
    return this.#drafts.observed.of(id);
  }

  /** The conversations, and the people one has none with, whose draft is here and not on the server. */
  get begunDrafts(): Observable<readonly Id[]> {
    return this.#drafts.here;
  }

  /** The same wherever one is, the server's too. */
  get allDrafts(): Observable<readonly Id[]> {
    return this.#drafts.everywhere;
  }

  /** One leaves the conversation, or the page: what was typed shall not wait. */
  flushDraft(conversation: Id): void {
    this.#drafts.flush(conversation);
  }

  /** The same with all of them, before one signs out. Resolves when that is done, or takes too long, with how
   * many are left that are here alone. */
  flushDrafts(): Promise<number> {
    return this.#drafts.flushAll();
  }

  /** A message went there: what was typed was sent. */
  sent(id: Id): void {
    this.#drafts.sent(id);
  }

  /** What was said there, and is refused. */
  putBack(conversation: Id, text: string): void {
    this.#drafts.putBack(conversation, text);
  }

  /** A conversation is known now; `person`: of two, the other. */
  begun(conversation: Id, person: Id | undefined): void {
    this.#drafts.begun(conversation, person);
  }

  /** Of another tab. */
  heard(news: DraftNews, tab: string): void {
    this.#drafts.heard(news, tab);
  }

  /** This tab leads from now on. */
  inherit(): Promise<void> {
    return this.#drafts.inherit();
  }

  load(): Promise<void> {
    return this.#drafts.load();
  }

  online(): void {
    this.#drafts.online();
  }

  /** What no event tells of: what was starred and written before. */
  async read(): Promise<void> {
    await Promise.all([this.#stars.read(), this.#drafts.read()]);
  }

  clear(): void {
    this.#stars.clear();
    this.#drafts.clear();
  }

  applied(event: ChatEvent): void {
    this.#stars.applied(event);
    this.#drafts.applied(event);
    if (event.type === "hide") this.#host.shelf.get(event.subject)?.hide(event);
    if (event.type === "preferences") this.#host.shelf.get(event.subject)?.want(event);
  }

  #set(args: Omit<PreferencesSetArgs, "key" | "after">): Promise<Appended> {
    return this.#host.append("preferences.set", args);
  }
}
