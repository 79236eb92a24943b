/**
 * What nobody else sees: what one wants of a conversation, and which messages one starred. Commands go to one's own log through the
 * outbox, as everything that one does; the log tells all of one's devices, this one too.
 */
import type {
  Appended, ChatEvent, Id, MessageStarredReply, PreferencesSetArgs, Seq, Time,
} from "./api.ts";
import { LIMITS } from "./api.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";
import type { Asker } from "./asker.ts";
import type { Observable } from "./observable.ts";
import type { Shelf } from "./shelf.ts";
import { Stars } from "./stars.ts";

/** Mutes for ever: the greatest time there is. */
export const FOR_EVER: Time = LIMITS.seq_max;

export interface PersonalHost {
  asker: Asker;
  shelf: Shelf;
  /** Into the lane of one's own log. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>): Promise<Appended>;
}

export class Personal {
  #host: PersonalHost;
  #stars: Stars;

  constructor(host: PersonalHost) {
    this.#host = host;
    this.#stars = new Stars(host.asker);
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

  /** What no event tells of: what was starred before. */
  read(): Promise<void> {
    return this.#stars.read();
  }

  clear(): void {
    this.#stars.clear();
  }

  applied(event: ChatEvent): void {
    this.#stars.applied(event);
    if (event.type === "preferences") this.#host.shelf.get(event.subject)?.want(event);
  }

  #set(args: Omit<PreferencesSetArgs, "key" | "after">): Promise<Appended> {
    return this.#host.append("preferences.set", args);
  }
}
