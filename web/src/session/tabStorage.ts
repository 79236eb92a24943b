/**
 * What the browser keeps of a device.
 *
 * The session lives in localStorage, so that a reload and another tab find it. A cookie would be
 * out of a script's reach, but every request would carry it unasked; the server takes a bearer
 * token, and its content policy lets no script run but our own. What waits to be sent lives in
 * sessionStorage: it outlives a reload, and two tabs never write each other's. Its keys name the
 * device that it is for, since the session may be another one's when the tab looks again. All else
 * is in memory and asked for again: tabs of one device would otherwise share cursors.
 */
import type { Change, Storage } from "parley-client";
import { MemoryStorage } from "parley-client";

const PREFIX = "parley/";
const SESSION = "session";
const OUTBOX = "outbox/";

export class TabStorage implements Storage {
  #memory = new MemoryStorage();
  #session: string | null = null;

  async get(key: string): Promise<unknown> {
    if (key !== SESSION) return this.#memory.get(key);
    this.#session = localStorage.getItem(PREFIX + SESSION);
    return parsed(this.#session);
  }

  async scan(prefix: string): Promise<[string, unknown][]> {
    if (prefix !== OUTBOX) return this.#memory.scan(prefix);
    const ours = this.#ours();
    for (const key of keptKeys()) if (!key.startsWith(ours)) sessionStorage.removeItem(key);
    const keys = keptKeys().sort();
    const pairs = keys.map((key): [string, unknown] => [key.slice(ours.length), parsed(sessionStorage.getItem(key))]);
    return pairs.filter(([, value]) => value !== undefined);
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if ("put" in change) this.#put(change.put, change.value);
      else if ("drop" in change) this.#drop(change.drop);
      else this.#dropAll(change.drop_prefix);
    }
    await this.#memory.write(changes);
  }

  /** Another tab signed out, or in as somebody else. The answer ends it. */
  onOtherSession(listener: () => void): () => void {
    const heard = (event: StorageEvent): void => {
      const ours = event.key === null || event.key === PREFIX + SESSION;
      if (ours && localStorage.getItem(PREFIX + SESSION) !== this.#session) listener();
    };
    window.addEventListener("storage", heard);
    return () => window.removeEventListener("storage", heard);
  }

  #put(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (key === SESSION) {
      this.#session = text;
      localStorage.setItem(PREFIX + SESSION, text);
    } else if (key.startsWith(OUTBOX)) {
      keep(this.#ours() + key, text);
    }
  }

  #drop(key: string): void {
    if (key === SESSION) this.#dropSession();
    else sessionStorage.removeItem(this.#ours() + key);
  }

  #dropAll(prefix: string): void {
    if (SESSION.startsWith(prefix)) this.#dropSession();
    if (!OUTBOX.startsWith(prefix)) return;
    for (const key of keptKeys()) sessionStorage.removeItem(key);
  }

  /** What every key in sessionStorage begins with. */
  #ours(): string {
    const { device = "" } = (parsed(this.#session) ?? {}) as { device?: string };
    return `${PREFIX}${device}/`;
  }

  /** Only the one this tab knows: by now another tab may have signed in anew. */
  #dropSession(): void {
    if (localStorage.getItem(PREFIX + SESSION) === this.#session) {
      localStorage.removeItem(PREFIX + SESSION);
    }
    this.#session = null;
  }
}

/** A full sessionStorage keeps no more; what waits is then still in memory, and still sent. */
function keep(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    sessionStorage.removeItem(key);
  }
}

function keptKeys(): string[] {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
}

/** What cannot be read was written by no version of ours. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
