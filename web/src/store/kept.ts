/**
 * What the browser keeps of a device.
 *
 * The session lives in localStorage, so that a reload and another tab find it at once. A cookie would
 * be out of a script's reach, but every request would carry it unasked; the server takes a bearer
 * token, and its content policy lets no script run but our own. All else lives in a database that
 * is named after the account (the library's IndexedStorage) and goes with the session: whoever signs
 * in next finds none. Before there is a session it is in memory.
 *
 * Where the browser keeps nothing, or has no room any more, all of it is in memory, and `forgetful`
 * says so. What the database has by then is taken along: what waits to be sent shall not be forgotten
 * before the page is left.
 */
import type { Change, Observable, Pair, Storage } from "parley-client";
import { IndexedStorage, MemoryStorage, Value } from "parley-client";

const PREFIX = "parley/";
const SESSION = "session";

export class KeptStorage implements Storage {
  /** Nothing is kept beyond this page, and no other tab has it. */
  readonly forgetful: Observable<boolean>;
  #forgetful = new Value(false);
  #session: string | null = null;
  #database: IndexedStorage | undefined;
  #memory = new MemoryStorage();

  constructor() {
    this.forgetful = this.#forgetful;
  }

  async get(key: string): Promise<unknown> {
    if (key !== SESSION) return this.#read((storage) => storage.get(key));
    try {
      this.#session = localStorage.getItem(PREFIX + SESSION);
    } catch {
      this.#forgetful.set(true);
    }
    await this.#open();
    return parsed(this.#session);
  }

  scan(prefix: string): Promise<Pair[]> {
    return this.#read((storage) => storage.scan(prefix));
  }

  async write(changes: readonly Change[]): Promise<void> {
    const all = changes.findLastIndex((change) => "drop_prefix" in change && change.drop_prefix === "");
    if (all >= 0) await this.#removeAll();
    const rest: Change[] = [];
    for (const change of changes.slice(all + 1)) {
      if ("put" in change && change.put === SESSION) await this.#begin(JSON.stringify(change.value));
      else rest.push(change);
    }
    if (rest.length > 0) await this.#write(rest);
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
    if (!this.#database) await this.#open();
  }

  async #open(): Promise<void> {
    const user = userOf(this.#session);
    if (user === undefined || this.#forgetful.get()) return;
    try {
      this.#database = await IndexedStorage.open(PREFIX + user);
    } catch {
      this.#forgetful.set(true);
    }
  }

  async #read<T>(from: (storage: Storage) => Promise<T>): Promise<T> {
    try {
      return await from(this.#database ?? this.#memory);
    } catch {
      await this.#forget();
      return from(this.#memory);
    }
  }

  async #write(changes: readonly Change[]): Promise<void> {
    try {
      await (this.#database ?? this.#memory).write(changes);
    } catch {
      await this.#forget();
      await this.#memory.write(changes);
    }
  }

  /** Nothing can be kept any more. */
  async #forget(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    if (!database) return;
    const pairs = await database.scan("").catch((): Pair[] => []);
    await this.#memory.write(pairs.map(([put, value]) => ({ put, value })));
    // Unless its account was signed out by another tab, which then removed it.
    if (deviceOf(sessionNow()) === deviceOf(this.#session)) this.#forgetful.set(true);
  }

  /** Of whoever was signed in, in this browser, nothing is left: but by now another tab may have
   * signed in anew. */
  async #removeAll(): Promise<void> {
    const database = this.#database;
    const session = this.#session;
    this.#database = undefined;
    this.#session = null;
    await this.#memory.write([{ drop_prefix: "" }]);
    if (session !== null && deviceOf(sessionNow()) === deviceOf(session)) forgetSession();
    const other = userOf(sessionNow());
    try {
      if (other === undefined || other !== userOf(session)) await database?.remove();
      await IndexedStorage.removeAll(PREFIX, other === undefined ? "" : PREFIX + other);
    } catch {
      // It was removed already, or there never was one to be had.
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
