import type { Page } from "playwright-core";

export interface Waiting {
  key: string;
  order: number;
}

/** What waits in the browser to be sent, `put` among it from now on. */
export function whatWaits(page: Page, put: readonly Waiting[] = []): Promise<Waiting[]> {
  return page.evaluate(async (put) => {
    const { user } = JSON.parse(localStorage.getItem("parley/session") ?? "") as { user: string };
    const opening = indexedDB.open(`parley/${user}`);
    await new Promise((resolve) => (opening.onsuccess = resolve));
    // To write, even nothing, is to stand in the page's own way.
    const mode = put.length > 0 ? "readwrite" : "readonly";
    const pairs = opening.result.transaction("pairs", mode).objectStore("pairs");
    for (const item of put) pairs.put(item, `outbox/${String(item.order).padStart(16, "0")}/${item.key}`);
    const asked = pairs.getAll(IDBKeyRange.bound("outbox/", "outbox0"));
    await new Promise((resolve) => (pairs.transaction.oncomplete = resolve));
    opening.result.close();
    return asked.result as Waiting[];
  }, put);
}
