/**
 * What nobody else sees: what one wants of a conversation. Commands go to one's own log through the
 * outbox, as everything that one does; the log tells all of one's devices, this one too.
 */
import type { Appended, ChatEvent, Id, PreferencesSetArgs, Time } from "./api.ts";
import { LIMITS } from "./api.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";
import type { Shelf } from "./shelf.ts";

/** Mutes for ever: the greatest time there is. */
export const FOR_EVER: Time = LIMITS.seq_max;

export interface PersonalHost {
  shelf: Shelf;
  /** Into the lane of one's own log. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>): Promise<Appended>;
}

export class Personal {
  #host: PersonalHost;

  constructor(host: PersonalHost) {
    this.#host = host;
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

  applied(event: ChatEvent): void {
    if (event.type === "preferences") this.#host.shelf.get(event.subject)?.want(event);
  }

  #set(args: Omit<PreferencesSetArgs, "key" | "after">): Promise<Appended> {
    return this.#host.append("preferences.set", args);
  }
}
