/** What the browser keeps, where it closes the database, has no room, or fails in the middle. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Change, Pair } from "parley-client";
import { MemoryStorage } from "parley-client";
import { settle } from "../../client/test/rig.ts";
import type { Databases } from "../src/store/kept.ts";
import { KeptStorage } from "../src/store/kept.ts";

const SESSION = { user: "100", device: "1", token: "secret", username: "me" };

/** The databases of a browser that does what a test wants, in memory. */
class Browser implements Databases {
  readonly #databases = new Map<string, MemoryStorage>();
  /** It closes what is open. */
  #connections = 0;
  opens = true;
  full = false;
  /** Reading what is there waits for it. */
  slow: Promise<void> | undefined;
  /** What another tab does while it is asked what there is. */
  meanwhile = (): void => {};

  loses(name: string): void {
    this.#databases.delete(name);
  }

  of(name: string): MemoryStorage {
    const database = this.#databases.get(name) ?? new MemoryStorage();
    this.#databases.set(name, database);
    return database;
  }

  closes(): void {
    this.#connections++;
  }

  async open(name: string) {
    if (!this.opens) throw new Error("it opens nothing");
    const fresh = !this.#databases.has(name);
    const database = this.of(name);
    const connection = this.#connections;
    const still = (): void => {
      if (connection !== this.#connections) throw new Error("the connection is closed");
    };
    return {
      fresh,
      get: async (key: string): Promise<unknown> => (still(), database.get(key)),
      scan: async (prefix: string): Promise<Pair[]> => {
        still();
        const pairs = await database.scan(prefix);
        await this.slow;
        return pairs;
      },
      write: async (changes: readonly Change[]): Promise<void> => {
        still();
        if (this.full && changes.some((change) => "put" in change)) throw new Error("no room");
        await database.write(changes);
      },
      remove: async () => void this.#databases.delete(name),
    };
  }

  async removeAll(prefix: string, except: () => string): Promise<void> {
    this.meanwhile();
    const names = [...this.#databases.keys()].filter((name) => name.startsWith(prefix));
    for (const name of names) if (name !== except()) this.#databases.delete(name);
  }

  names(): string[] {
    return [...this.#databases.keys()];
  }
}

const local = new Map<string, string>();
beforeEach(() => local.clear());
Object.defineProperty(globalThis, "localStorage", {
  value: {
    getItem: (key: string) => local.get(key) ?? null,
    setItem: (key: string, value: string) => void local.set(key, value),
    removeItem: (key: string) => void local.delete(key),
  },
});

async function signedIn() {
  const browser = new Browser();
  const kept = new KeptStorage(browser);
  await kept.write([{ put: "session", value: SESSION }]);
  return { browser, kept, stored: browser.of("parley/100") };
}

test("a database that the browser closed is opened again, and nothing is forgotten", async () => {
  const { browser, kept, stored } = await signedIn();
  await kept.write([{ put: "outbox/1", value: 1 }]);
  browser.closes();
  const both = await Promise.all([kept.scan("outbox/"), kept.write([{ put: "outbox/2", value: 2 }])]);
  assert.deepEqual(both[0], [["outbox/1", 1]]);
  assert.deepEqual(await stored.scan(""), [["outbox/1", 1], ["outbox/2", 2]]);
  assert.equal(kept.forgetful.getSnapshot(), false);
});

test("one that was signed out by another tab is not opened again", async () => {
  const { browser, kept } = await signedIn();
  local.set("parley/session", JSON.stringify({ ...SESSION, device: "2" }));
  browser.closes();
  await kept.write([{ put: "outbox/1", value: 1 }]);
  assert.deepEqual(await browser.of("parley/100").scan(""), []);
  assert.equal(kept.forgetful.getSnapshot(), false);
});

test("where there is no more room what is there is taken along, and what is done with goes from it all the same", async () => {
  const { browser, kept, stored } = await signedIn();
  await kept.write([{ put: "outbox/1", value: 1 }, { put: "copy/row/7/1", value: 1 }]);
  browser.full = true;
  await kept.write([{ put: "outbox/1", value: "tried" }]);
  assert.equal(kept.forgetful.getSnapshot(), true);
  assert.deepEqual(await kept.scan("outbox/"), [["outbox/1", "tried"]]);
  await kept.write([{ drop: "outbox/1" }]);
  await kept.write([{ drop: "copy/row/7/1" }]);
  await settle();
  // Its copies are of one moment, and stay so.
  assert.deepEqual(await stored.scan(""), [["copy/row/7/1", 1]]);
  assert.deepEqual(await kept.scan(""), []);
});

test("who reads or writes while the database is given up finds what was in it, and undoes nothing", async () => {
  const { browser, kept } = await signedIn();
  await kept.write([{ put: "outbox/1", value: 1 }, { put: "outbox/2", value: 2 }]);
  browser.full = true;
  let read = (): void => {};
  browser.slow = new Promise((resolve) => (read = resolve));
  const writing = kept.write([{ put: "outbox/2", value: "tried" }]);
  await settle();
  const dropping = kept.write([{ drop: "outbox/1" }]);
  const reading = kept.scan("outbox/");
  await settle();
  read();
  await Promise.all([writing, dropping]);
  assert.deepEqual(await reading, [["outbox/2", "tried"]]);
  assert.deepEqual(await kept.scan(""), [["outbox/2", "tried"]]);
});

test("where nothing can be opened any more what follows is in memory", async () => {
  const { browser, kept } = await signedIn();
  browser.opens = false;
  browser.closes();
  await kept.write([{ put: "outbox/1", value: 1 }]);
  assert.equal(kept.forgetful.getSnapshot(), true);
  assert.deepEqual(await kept.scan(""), [["outbox/1", 1]]);
});

test("where the database is gone, no part of it begins another one", async () => {
  const { browser, kept } = await signedIn();
  await kept.write([{ put: "copy/row/7/1", value: 1 }]);
  browser.loses("parley/100");
  browser.closes();
  await kept.write([{ put: "copy/row/7/2", value: 2 }]);
  assert.equal(kept.forgetful.getSnapshot(), true);
  assert.deepEqual(await browser.of("parley/100").scan(""), []);
});

test("whoever signs in in another tab while this one cleans up keeps the database", async () => {
  const { browser, kept } = await signedIn();
  browser.meanwhile = () => {
    local.set("parley/session", JSON.stringify({ ...SESSION, user: "200", device: "2" }));
    browser.of("parley/200");
  };
  await kept.write([{ drop_prefix: "" }]);
  assert.deepEqual(browser.names(), ["parley/200"]);
});
