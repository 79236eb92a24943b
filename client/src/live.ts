/** What is told live and kept nowhere: who is there, and who types. */
import type { Id, Presence, PresencePush } from "./api.ts";
import { LIMITS } from "./api.ts";
import type { Request } from "./asker.ts";
import type { Clock } from "./clock.ts";
import { ObservedMap } from "./observable.ts";

/** People come on screen and leave it in bursts. */
const WATCH_SETTLE_MS = 100;
/** Typing holds for typing_ms at the others: told twice in that time. */
const TYPING_EVERY_MS = LIMITS.typing_ms / 2;
/** Typists shown at once, all conversations together. Whoever comes beyond is not shown until
 * others have ended: they are told of again while they type. */
export const TYPISTS_MAX = 200;
/** Conversations of which it is known when one's typing was told. Beyond it the first is forgotten,
 * and told once too often if one still types there. */
const TOLD_MAX = 20;

/**
 * Presence of the people on screen. Each watcher counts; the server hears of the sum. At most
 * watch_users_max are watched: whoever comes beyond moves up when another one leaves. What was
 * known of somebody is forgotten with the last watcher, and told anew to the next.
 */
export class Watch {
  readonly observed = new ObservedMap<Presence | undefined>((user) => this.#known.get(user));
  #clock: Clock;
  #request: Request;
  #online: () => boolean;
  #known = new Map<Id, Presence>();
  #watchers = new Map<Id, number>();
  /** Of whom the server was asked to tell. */
  #watched = new Set<Id>();
  #settling = false;

  constructor(clock: Clock, request: Request, online: () => boolean) {
    this.#clock = clock;
    this.#request = request;
    this.#online = online;
  }

  /** The answer ends it. */
  watch(users: readonly Id[]): () => void {
    for (const user of users) this.#watchers.set(user, (this.#watchers.get(user) ?? 0) + 1);
    this.#settle();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      for (const user of users) {
        const left = (this.#watchers.get(user) ?? 0) - 1;
        if (left > 0) this.#watchers.set(user, left);
        else this.#watchers.delete(user);
      }
      this.#settle();
    };
  }

  push(push: PresencePush): void {
    const { user, online, last_seen } = push;
    // It may have been under way when the last watcher left.
    if (!this.#watched.has(user)) return;
    this.#set(last_seen === undefined ? { user, online } : { user, online, last_seen });
  }

  online(): void {
    if (this.#watchers.size > 0) void this.#tell();
  }

  clear(): void {
    this.#watchers.clear();
    this.#watched.clear();
    this.#known.clear();
    this.observed.touchAll();
  }

  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#clock.after(WATCH_SETTLE_MS, () => {
      this.#settling = false;
      if (this.#online()) void this.#tell();
    });
  }

  async #tell(): Promise<void> {
    const users = [...this.#watchers.keys()].slice(0, LIMITS.watch_users_max);
    this.#watched = new Set(users);
    this.#forgetUnwatched();
    try {
      const reply = await this.#request("presence.watch", { users });
      for (const presence of reply.presence) {
        if (this.#watched.has(presence.user)) this.#set(presence);
      }
    } catch {
      // The next connection tells it anew.
    }
  }

  #forgetUnwatched(): void {
    for (const user of [...this.#known.keys()]) {
      if (this.#watched.has(user)) continue;
      this.#known.delete(user);
      this.observed.touch(user);
    }
  }

  #set(presence: Presence): void {
    this.#known.set(presence.user, presence);
    this.observed.touch(presence.user);
  }
}

const NOBODY: readonly Id[] = [];

/** Who types where. */
export class Typing {
  readonly observed = new ObservedMap<readonly Id[]>((conversation) => {
    const users = this.#typing.get(conversation);
    return users ? [...users.keys()] : NOBODY;
  });
  #clock: Clock;
  #request: Request;
  /** By conversation and user, what ends it. */
  #typing = new Map<Id, Map<Id, () => void>>();
  #typists = 0;
  #told = new Map<Id, number>();

  constructor(clock: Clock, request: Request) {
    this.#clock = clock;
    this.#request = request;
  }

  /** One types here: call it for every key, it is told as often as is useful. */
  tell(conversation: Id): void {
    const now = this.#clock.now();
    if (now - (this.#told.get(conversation) ?? -Infinity) < TYPING_EVERY_MS) return;
    // Set anew, so that the first of the map is the one told longest ago.
    this.#told.delete(conversation);
    this.#told.set(conversation, now);
    if (this.#told.size > TOLD_MAX) this.#told.delete([...this.#told.keys()][0] as Id);
    this.#request("typing", { conversation }).catch(() => {});
  }

  /** One has sent what one typed. */
  sent(conversation: Id): void {
    this.#told.delete(conversation);
  }

  heard(conversation: Id, user: Id): void {
    const users = this.#typing.get(conversation) ?? new Map<Id, () => void>();
    const known = users.get(user);
    if (!known && this.#typists >= TYPISTS_MAX) return;
    known?.();
    if (!known) this.#typists++;
    this.#typing.set(conversation, users);
    users.set(user, this.#clock.after(LIMITS.typing_ms, () => this.ended(conversation, user)));
    this.observed.touch(conversation);
  }

  /** It expired, or what was typed is here. */
  ended(conversation: Id, user: Id): void {
    const users = this.#typing.get(conversation);
    const cancel = users?.get(user);
    if (!users || !cancel) return;
    cancel();
    users.delete(user);
    this.#typists--;
    if (users.size === 0) this.#typing.delete(conversation);
    this.observed.touch(conversation);
  }

  clear(): void {
    for (const [conversation, users] of [...this.#typing]) {
      for (const user of [...users.keys()]) this.ended(conversation, user);
    }
    this.#told.clear();
  }
}
