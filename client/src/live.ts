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

/** Presence of the people on screen. Each watcher counts; the server hears of the sum. */
export class Watch {
  readonly observed = new ObservedMap<Presence | undefined>((user) => this.#known.get(user));
  #clock: Clock;
  #request: Request;
  #online: () => boolean;
  #known = new Map<Id, Presence>();
  #watchers = new Map<Id, number>();
  #settling = false;

  constructor(clock: Clock, request: Request, online: () => boolean) {
    this.#clock = clock;
    this.#request = request;
    this.#online = online;
  }

  /** The answer ends it. The first watch_users_max people are watched. */
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
    this.#set(last_seen === undefined ? { user, online } : { user, online, last_seen });
  }

  online(): void {
    if (this.#watchers.size > 0) void this.#tell();
  }

  clear(): void {
    this.#watchers.clear();
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
    try {
      const reply = await this.#request("presence.watch", { users });
      for (const presence of reply.presence) this.#set(presence);
    } catch {
      // The next connection tells it anew.
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
  #told = new Map<Id, number>();

  constructor(clock: Clock, request: Request) {
    this.#clock = clock;
    this.#request = request;
  }

  /** One types here: call it for every key, it is told as often as is useful. */
  tell(conversation: Id): void {
    const now = this.#clock.now();
    if (now - (this.#told.get(conversation) ?? -Infinity) < TYPING_EVERY_MS) return;
    this.#told.set(conversation, now);
    this.#request("typing", { conversation }).catch(() => {});
  }

  /** One has sent what one typed. */
  sent(conversation: Id): void {
    this.#told.delete(conversation);
  }

  heard(conversation: Id, user: Id): void {
    const users = this.#typing.get(conversation) ?? new Map<Id, () => void>();
    this.#typing.set(conversation, users);
    users.get(user)?.();
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
