/**
 * What one changes of one's account by showing the password again, and what the own log tells of
 * it: who signed in, what became of the second factor. Nothing here goes through the outbox, which
 * is stored, since passwords are not.
 */
import type {
  Appended, ChatEvent, CommandName, Commands, EventRename, EventSecondFactor, EventSignedIn, Id,
} from "./api.ts";
import { asParleyError } from "./error.ts";
import type { Observable } from "./observable.ts";
import { Value } from "./observable.ts";
import { randomKey } from "./outbox.ts";
import type { Request } from "./asker.ts";

export type AccountNews = EventRename | EventSignedIn | EventSecondFactor;

type Keyed = Extract<CommandName, "account.rename" | "account.enable_second_factor"
  | "account.disable_second_factor" | "account.new_recovery_codes">;

/** What is kept to be shown: the newest of it. */
const NEWS_MAX = 20;

export interface AccountHost {
  request: Request;
  /** An event stands that this device may not have heard of. */
  stands(reply: Appended): void;
  /** One is called so. */
  named(username: string): void;
}

export class Account {
  /** The newest last. What was told before this device was signed in is not among it. */
  readonly news: Observable<readonly AccountNews[]>;
  #news = new Value<readonly AccountNews[]>([]);
  #host: AccountHost;
  /** What was asked without an answer: asked again in the same words, it is the same command. */
  #unanswered: { words: string; key: string } | undefined;

  constructor(host: AccountHost) {
    this.news = this.#news;
    this.#host = host;
  }

  /** For `former_name_days` the old name leads to oneself. */
  async rename(username: string, password: string): Promise<Appended> {
    const reply = await this.#ask("account.rename", { username, password });
    this.#host.stands(reply);
    return reply;
  }

  /** A secret for an authenticator; nothing changes by it alone. */
  async newSecondFactor(): Promise<string> {
    return (await this.#host.request("account.new_second_factor", {})).secret;
  }

  /** Resolves to the recovery codes, which are told this once. */
  async enableSecondFactor(password: string, secret: string, code: string): Promise<string[]> {
    return (await this.#ask("account.enable_second_factor", { password, secret, code })).recovery_codes;
  }

  /** Those before hold no more. */
  async newRecoveryCodes(password: string, code: string): Promise<string[]> {
    return (await this.#ask("account.new_recovery_codes", { password, code })).recovery_codes;
  }

  async disableSecondFactor(password: string, code: string): Promise<void> {
    await this.#ask("account.disable_second_factor", { password, code });
  }

  applied(event: ChatEvent, me: Id): void {
    if (event.conversation !== me) return;
    if (event.type === "rename") this.#host.named(event.username);
    if (event.type === "rename" || event.type === "signed_in" || event.type === "second_factor")
      this.#news.set([...this.#news.get(), event].slice(-NEWS_MAX));
  }

  clear(): void {
    this.#news.set([]);
    this.#unanswered = undefined;
  }

  async #ask<C extends Keyed>(cmd: C, args: Omit<Commands[C]["args"], "key" | "after">): Promise<Commands[C]["reply"]> {
    const words = JSON.stringify([cmd, args]);
    const key = this.#unanswered?.words === words ? this.#unanswered.key : randomKey();
    this.#unanswered = { words, key };
    try {
      const reply = await this.#host.request(cmd, { ...args, key } as Commands[C]["args"]);
      this.#unanswered = undefined;
      return reply;
    } catch (thrown) {
      if (!asParleyError(thrown).transient) this.#unanswered = undefined;
      throw thrown;
    }
  }
}
