/**
 * The storage as one of several tabs may use it. Copies are written by the tab that leads, and by no
 * other: two that write the same record would leave one of them with rows that the other has dropped.
 * What is nowhere else, such as what was said, each tab writes itself, before it tells the others.
 */
import type { Change, Pair, Storage } from "./storage.ts";
import { isCopy } from "./storage.ts";

export class Keeping implements Storage {
  #storage: Storage;
  #leads: () => boolean;

  constructor(storage: Storage, leads: () => boolean) {
    this.#storage = storage;
    this.#leads = leads;
  }

  get(key: string): Promise<unknown> {
    return this.#storage.get(key);
  }

  scan(prefix: string): Promise<Pair[]> {
    return this.#storage.scan(prefix);
  }

  async write(changes: readonly Change[]): Promise<void> {
    const ours = this.#leads() ? changes : changes.filter((change) => !isCopy(change));
    if (ours.length > 0) await this.#storage.write(ours);
  }
}
