/**
 * A storage in the browser's IndexedDB: one database with one table of pairs. Every method rejects
 * where the browser lets nothing be kept, has no room, or has taken the database away.
 *
 * A batch is a transaction, and transactions of one database are done in the order they were begun.
 * What can be asked for again need not be flushed to the disk one by one: after a loss of power the
 * device has an older copy, and asks from there.
 */
import type { DBSchema, IDBPDatabase } from "idb";
import { deleteDB, openDB } from "idb";
import type { Change, Pair, Storage } from "./storage.ts";
import { isCopy } from "./storage.ts";

const VERSION = 1;
/** A tab that is frozen does not close the database for another one; to wait for it is to hang. */
const WAIT_MS_MAX = 2000;

interface Schema extends DBSchema {
  pairs: { key: string; value: unknown };
}

export class IndexedStorage implements Storage {
  /** It was made by opening it. */
  readonly fresh: boolean;
  #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>, fresh: boolean) {
    this.#db = db;
    this.fresh = fresh;
  }

  static async open(name: string): Promise<IndexedStorage> {
    let fresh = false;
    const opening = openDB<Schema>(name, VERSION, {
      upgrade: (db) => {
        fresh = true;
        db.createObjectStore("pairs");
      },
      // Another tab removes it, since its account was signed out: this one must not stand in the way.
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
    });
    const db = await inTime(opening);
    if (db) return new IndexedStorage(db, fresh);
    opening.then((late) => late.close(), () => {});
    throw new Error(`the browser does not open ${name}`);
  }

  /** All that has a name that starts so, but for `except`: asked once it is known what there is, so that
   * what it names before it is made is safe. */
  static async removeAll(prefix: string, except: () => string): Promise<void> {
    const all = await indexedDB.databases();
    const kept = except();
    const names = all.flatMap(({ name }) => (name?.startsWith(prefix) && name !== kept ? [name] : []));
    await Promise.all(names.map(removed));
  }

  async get(key: string): Promise<unknown> {
    return this.#db.get("pairs", key);
  }

  async scan(prefix: string): Promise<Pair[]> {
    const { store } = this.#db.transaction("pairs");
    const range = rangeOf(prefix);
    const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    return keys.map((key, i) => [key, values[i]]);
  }

  async write(changes: readonly Change[]): Promise<void> {
    const durability = changes.every(isCopy) ? "relaxed" : "strict";
    const batch = this.#db.transaction("pairs", "readwrite", { durability });
    try {
      await Promise.all([...changes.map((change) => apply(batch.store, change)), batch.done]);
    } catch (thrown) {
      abort(batch);
      throw thrown;
    }
  }

  /** The database goes, with all that is in it. */
  async remove(): Promise<void> {
    const { name } = this.#db;
    await this.#db.clear("pairs");
    this.#db.close();
    await removed(name);
  }
}

type Store = {
  put(value: unknown, key: string): Promise<unknown>;
  delete(key: string | IDBKeyRange): Promise<void>;
};

async function apply(store: Store, change: Change): Promise<void> {
  if ("put" in change) await store.put(change.value, change.put);
  else if ("drop" in change) await store.delete(change.drop);
  else await store.delete(rangeOf(change.drop_prefix));
}

/** What failed before it reached the database would leave the rest of its batch standing. */
function abort(batch: { abort(): void }): void {
  try {
    batch.abort();
  } catch {
    // The database did so itself.
  }
}

/** Keys are plain letters. */
function rangeOf(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

/** Resolves also when another tab still holds it open, which then is done for, or stands in the way of
 * that without an answer. */
async function removed(name: string): Promise<void> {
  await inTime(new Promise<void>((resolve) => {
    deleteDB(name, { blocked: () => resolve() }).then(resolve, () => resolve());
  }));
}

/** Undefined: it takes too long. */
function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), WAIT_MS_MAX);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
