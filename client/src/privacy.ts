/** Who may see what of one, and do what with one: read with the account, kept up by the own log. */
import type { AccountSetPrivacyArgs, Appended, ChatEvent, Id, Privacy } from "./api.ts";
import type { Asker } from "./asker.ts";
import type { Observable } from "./observable.ts";
import { Value } from "./observable.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";

export interface PrivacyHost {
  /** Into the lane of the own log. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>): Promise<Appended>;
  /** The account was read, and says so. */
  named(username: string): void;
}

/** What one shows and allows, and one's picture. */
export interface Self {
  privacy: Privacy;
  picture?: Id;
}

export class PrivacySettings {
  /** Undefined until it was read. */
  readonly self: Observable<Self | undefined>;
  #self = new Value<Self | undefined>(undefined);
  #asker: Asker;
  #host: PrivacyHost;
  /** How often there was a reason to doubt it: what was asked for before is too old. */
  #doubts = 0;
  #reading: Promise<void> | undefined;

  constructor(asker: Asker, host: PrivacyHost) {
    this.self = this.#self;
    this.#asker = asker;
    this.#host = host;
  }

  /** What is not named stays. */
  set(change: Omit<AccountSetPrivacyArgs, "key" | "after">): Promise<Appended> {
    return this.#host.append("account.set_privacy", change);
  }

  /** Without a picture there is none. */
  setPicture(picture?: Id): Promise<Appended> {
    return this.#host.append("account.set_picture", picture === undefined ? {} : { picture });
  }

  /** Whatever events were missed, it is right after this. */
  read(): Promise<void> {
    this.#doubts++;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  applied(event: ChatEvent, me: Id): void {
    if (event.conversation !== me) return;
    const self = this.#self.get();
    if (event.type === "privacy") {
      this.#doubts++;
      const { last_seen, picture, receipts, groups, write } = event;
      const change = { last_seen, picture, receipts, groups, write };
      const named = Object.entries(change).filter(([, to]) => to !== undefined);
      if (self) this.#self.set({ ...self, privacy: { ...self.privacy, ...Object.fromEntries(named) } });
    } else if (event.type === "rename") {
      this.#doubts++;
    } else if (event.type === "picture") {
      this.#doubts++;
      if (!self) return;
      const { picture: _, ...rest } = self;
      this.#self.set(event.picture === undefined ? rest : { ...rest, picture: event.picture });
    }
  }

  clear(): void {
    this.#doubts++;
    this.#self.set(undefined);
  }

  async #read(): Promise<void> {
    for (let asked = -1; asked !== this.#doubts; ) {
      asked = this.#doubts;
      const { privacy, picture, username } = await this.#asker.ask("account.get", {});
      if (asked === this.#doubts && username !== undefined) this.#host.named(username);
      if (asked === this.#doubts) this.#self.set({ privacy, ...(picture === undefined ? {} : { picture }) });
    }
  }
}
