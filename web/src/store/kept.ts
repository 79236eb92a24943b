/**
 * What the browser keeps of a device.
 *
 * The session lives in localStorage, so that a reload and another tab find it at once. A cookie would
 * be out of a script's reach, but every request would carry it unasked; the server takes a bearer
 * token, and its content policy lets no script run but our own. All else lives in a database that
 * is named after the account (the library's IndexedStorage) and goes with the session: whoever signs
 * in next finds none. Before there is a session it is in memory.
 *
 * A database that the browser closed, as some do to a page in the background, is opened again. Where
 * the browser keeps nothing, or has no room any more, all of it is in memory, and `forgetful`
 * says so. What the database has by then is taken along: what waits to be sent shall not be forgotten
 * before the page is left. What is done with from then on goes from the database too, which another tab
 * may have and the next page begins with: what was sent shall not be sent again.
 */
import type { Change, Observable, Pair, Storage } from "parley-client";
import { IndexedStorage, MemoryStorage, Value, isCopy } from "parley-client";

const PREFIX = "parley/";
const SESSION = "session";

interface Database extends Storage {
  fresh: boolean;
  remove(): Promise<void>;
}

/** What there is to be had of a browser: IndexedStorage. */
export interface Databases {
  open(name: string): Promise<Database>;
  removeAll(prefix: string, except: () => string): Promise<void>;
}

export class KeptStorage implements Storage {
  /** Nothing is kept beyond this page, and no other tab has it. */
  readonly forgetful: Observable<boolean>;
  #forgetful = new Value(false);
  #session: string | null = null;
  #databases: Databases;
  #database: Database | undefined;
  /** It was given up. */
  #lost: Database | undefined;
  #memory = new MemoryStorage();
  /** Another one takes the place of one that failed: whoever reads or writes waits for it. */
  #change = Promise.resolve();

  constructor(databases: Databases = IndexedStorage) {
    this.#databases = databases;
    this.forgetful = this.#forgetful;
  }

  async get(key: string): Promise<unknown> {
    if (key !== SESSION) return this.#use((storage) => storage.get(key));
    try {
      this.#session = localStorage.getItem(PREFIX + SESSION);
    } catch {
      this.#forgetful.set(true);
    }
    await this.#open();
    return parsed(this.#session);
  }

  scan(prefix: string): Promise<Pair[]> {
    return this.#use((storage) => storage.scan(prefix));
  }

  async write(changes: readonly Change[]): Promise<void> {
    const all = changes.findLastIndex((change) => "drop_prefix" in change && change.drop_prefix === "");
    if (all >= 0) await this.#removeAll();
    const rest: Change[] = [];
    for (const change of changes.slice(all + 1)) {
      if ("put" in change && change.put === SESSION) await this.#begin(JSON.stringify(change.value));
      else rest.push(change);
    }
    if (rest.length === 0) return;
    await this.#use((storage) => storage.write(rest));
    const over = rest.filter((change) => "drop" in change && !isCopy(change));
    if (over.length > 0) this.#lost?.write(over).catch(() => {});
  }

  /** Another tab signed out, or in as somebody else. The answer ends it. */
  onOtherSession(listener: () => void): () => void {
    const heard = (event: StorageEvent): void => {
      const ours = event.key === null || event.key === PREFIX + SESSION;
      if (ours && deviceOf(sessionNow()) !== deviceOf(this.#session)) listener();
    };
    window.addEventListener("storage", heard);
    return () => window.removeEventListener("storage", heard);
  }

  /** A session begins, or changes: one has another name. */
  async #begin(session: string): Promise<void> {
    this.#session = session;
    try {
      if (!this.#forgetful.get()) localStorage.setItem(PREFIX + SESSION, session);
    } catch {
      this.#forgetful.set(true);
    }
    await this.#change;
    if (!this.#database) await this.#open();
  }

  async #open(): Promise<void> {
    const user = userOf(this.#session);
    if (user === undefined || this.#forgetful.get()) return;
    try {
      this.#database = await this.#databases.open(PREFIX + user);
    } catch {
      this.#forgetful.set(true);
    }
  }

  async #use<T>(use: (storage: Storage) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      await this.#change;
      const database = this.#database;
      if (!database) return use(this.#memory);
      try {
        return await use(database);
      } catch {
        // Of several that fail together the first one changes it.
        if (this.#database === database) this.#change = this.#replace(database, tries === 1);
      }
    }
  }

  /** By itself, opened again, or by the memory: nothing can be kept any more. */
  async #replace(database: Database, reopens: boolean): Promise<void> {
    this.#database = undefined;
    // By another tab its account may have been signed out, and the database removed.
    const ours = deviceOf(sessionNow()) === deviceOf(this.#session);
    if (reopens && ours) {
      try {
        const again = await this.#databases.open(PREFIX + userOf(this.#session));
        // Of one that is gone, the copies that follow would be parts.
        if (!again.fresh) return void (this.#database = again);
      } catch {
        // Nor that.
      }
    }
    const pairs = await database.scan("").catch((): Pair[] => []);
    await this.#memory.write(pairs.map(([put, value]) => ({ put, value })));
    if (!ours) return;
    this.#lost = database;
    this.#forgetful.set(true);
  }

  /** Of whoever was signed in, in this browser, nothing is left: but by now another tab may have
   * signed in anew. */
  async #removeAll(): Promise<void> {
    await this.#change;
    const database = this.#database;
    const session = this.#session;
    this.#database = undefined;
    this.#lost = undefined;
    this.#session = null;
    await this.#memory.write([{ drop_prefix: "" }]);
    if (session !== null && deviceOf(sessionNow()) === deviceOf(session)) forgetSession();
    const other = (): string | undefined => userOf(sessionNow());
    try {
      if (other() === undefined || other() !== userOf(session)) await database?.remove();
    } catch {
      // It was removed already.
    }
    try {
      await this.#databases.removeAll(PREFIX, () => PREFIX + (other() ?? ""));
    } catch {
      // There never was one to be had.
    }
  }
}

function sessionNow(): string | null {
  try {
    return localStorage.getItem(PREFIX + SESSION);
  } catch {
    return null;
  }
}

/** What cannot be read was written by no version of ours. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function forgetSession(): void {
  try {
    localStorage.removeItem(PREFIX + SESSION);
  } catch {
    // It was never there.
  }
}

function userOf(session: string | null): string | undefined {
  return partOf(session, "user");
}

/** Of one session the name may change. */
function deviceOf(session: string | null): string | undefined {
  return partOf(session, "device");
}

function partOf(session: string | null, name: "user" | "device"): string | undefined {
  const part = ((parsed(session) ?? {}) as Record<string, unknown>)[name];
  return typeof part === "string" ? part : undefined;
}
