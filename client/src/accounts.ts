/** Who this device is signed in as. Signing in goes over REST; the token is kept in the storage
 * and stands in no URL. */
import type { AccountDeleteArgs, Id, SigninArgs, SignupArgs, Session } from "./api.ts";
import { Value } from "./observable.ts";
import type { Rest } from "./rest.ts";
import type { Change, Storage } from "./storage.ts";

const KEY = "session";
/** What shows the server that this device has signed in before. It outlives the session. */
const KNOWN = "known";

export interface SessionState {
  user: Id;
  device: Id;
  token: string;
  username: string;
}

export class Accounts {
  readonly session = new Value<SessionState | undefined>(undefined);
  /** Where signing in, last time, said to open a socket. */
  nodes: readonly string[] = [];
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
    const known = (await this.#storage.get(KNOWN)) as string | undefined;
    return this.#begin(args.username, await this.#rest.call("signin", { ...(known ? { known } : {}), ...args }));
  }

  /** One has this name now. */
  async named(username: string): Promise<void> {
    const session = this.session.get();
    if (!session || session.username === username) return;
    const renamed = { ...session, username };
    this.session.set(renamed);
    await this.#storage.write([{ put: KEY, value: renamed }]);
  }

  /** Ends the session on the server; throws if that is not known to have happened. */
  async signOut(): Promise<void> {
    const session = this.session.get();
    if (session) await this.#rest.call("signout", {}, session.token);
  }

  export(signal?: AbortSignal): Promise<Response> {
    return this.#rest.stream("account.export", {}, this.session.get()?.token, signal);
  }

  /** Deletes the account; throws if that is not known to have happened. */
  async delete(args: AccountDeleteArgs): Promise<void> {
    const session = this.session.get();
    if (session) await this.#rest.call("account.delete", args, session.token);
  }

  /** Forgets the session and everything that was stored in it. */
  async forget(): Promise<void> {
    await this.#storage.write([{ drop_prefix: "" }, ...(await this.#stillKnown())]);
    this.session.set(undefined);
  }

  async #stillKnown(): Promise<Change[]> {
    const known = await this.#storage.get(KNOWN);
    return known === undefined ? [] : [{ put: KNOWN, value: known }];
  }

  async #begin(username: string, { known, nodes = [], ...reply }: Session): Promise<SessionState> {
    this.nodes = nodes.map((node) => node.url);
    const session = { ...reply, username };
    await this.#storage.write([{ drop_prefix: "" }, { put: KEY, value: session }, { put: KNOWN, value: known }]);
    this.session.set(session);
    return session;
  }
}
