/** Who this device is signed in as. Signing in goes over REST; the token is kept in the storage
 * and stands in no URL. */
import type { Id, SigninArgs, SignupArgs, Session } from "./api.ts";
import { Value } from "./observable.ts";
import type { Rest } from "./rest.ts";
import type { Storage } from "./storage.ts";

const KEY = "session";

export interface SessionState {
  user: Id;
  device: Id;
  token: string;
  username: string;
}

export class Accounts {
  readonly session = new Value<SessionState | undefined>(undefined);
  #rest: Rest;
  #storage: Storage;

  constructor(rest: Rest, storage: Storage) {
    this.#rest = rest;
    this.#storage = storage;
  }

  async load(): Promise<SessionState | undefined> {
    this.session.set((await this.#storage.get(KEY)) as SessionState | undefined);
    return this.session.get();
  }

  async signUp(args: SignupArgs): Promise<SessionState> {
    return this.#begin(args.username, await this.#rest.call("signup", args));
  }

  async signIn(args: SigninArgs): Promise<SessionState> {
    return this.#begin(args.username, await this.#rest.call("signin", args));
  }

  /** Ends the session on the server; throws if that is not known to have happened. */
  async signOut(): Promise<void> {
    const session = this.session.get();
    if (session) await this.#rest.call("signout", {}, session.token);
  }

  /** Forgets the session and everything that was stored in it. */
  async forget(): Promise<void> {
    await this.#storage.write([{ drop_prefix: "" }]);
    this.session.set(undefined);
  }

  async #begin(username: string, reply: Session): Promise<SessionState> {
    const session = { ...reply, username };
    await this.#storage.write([{ drop_prefix: "" }, { put: KEY, value: session }]);
    this.session.set(session);
    return session;
  }
}
