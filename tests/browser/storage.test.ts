/** The library's storage in Chromium's own IndexedDB: it does what the one in memory does, and outlives it. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import type { IndexedStorage } from "../../client/src/indexed.ts";
import type { Change, Pair, Storage } from "../../client/src/storage.ts";
import { MemoryStorage } from "../../client/src/storage.ts";
import { launch } from "./harness/stage.ts";

const ENTRY = fileURLToPath(new URL("../../client/src/indexed.ts", import.meta.url));
/** Answered by this test; no name is looked up. */
const PLACE = "http://storage.test/";

declare global {
  interface Window {
    storage: IndexedStorage;
    library: Promise<{ IndexedStorage: typeof IndexedStorage }>;
  }
}

let browser: Browser;
let code: string;
let page: Page;
before(async () => {
  const built = await build({
    configFile: false, logLevel: "silent",
    build: { write: false, lib: { entry: ENTRY, formats: ["es"], fileName: "indexed" } },
  });
  const [first] = [built].flat();
  assert.ok(first && "output" in first);
  code = first.output[0].code;
  browser = await launch();
});
beforeEach(async () => {
  const context = await browser.newContext();
  await context.route(`${PLACE}**`, (route) => route.fulfill(route.request().url().endsWith(".js")
    ? { contentType: "text/javascript", body: code } : { contentType: "text/html", body: "" }));
  page = await context.newPage();
  await opens();
});
afterEach(() => page.context().close());
after(() => browser.close());

/** The page, with the storage of that name. */
async function opens(name = "parley/1", where = page): Promise<void> {
  await where.goto(PLACE);
  await where.evaluate(async (name) => {
    window.library = import(`${location.href}indexed.js`) as typeof window.library;
    window.storage = await (await window.library).IndexedStorage.open(name);
  }, name);
}

const scan = (prefix: string, where = page): Promise<Pair[]> =>
  where.evaluate((prefix) => window.storage.scan(prefix), prefix);
const write = (changes: Change[]): Promise<void> => page.evaluate((changes) => window.storage.write(changes), changes);
const names = (): Promise<(string | undefined)[]> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

test("batches do what they do in memory, in the order they were given", async () => {
  const batches: Change[][] = [
    [{ put: "copy/row/7/02", value: { text: "b", n: [1, { x: "😄" }] } }, { put: "copy/row/7/01", value: 1 }, { put: "outbox/1", value: null }],
    [{ put: "copy/row/70/01", value: "another's" }, { put: "copy/row/7/01", value: 2 }],
    [{ drop_prefix: "copy/row/7/" }, { put: "copy/row/7/03", value: 3 }],
    [{ put: "a", value: 1 }, { drop: "a" }, { drop: "never there" }],
  ];
  const memory: Storage = new MemoryStorage();
  for (const batch of batches) {
    await memory.write(batch);
    await write(batch);
    for (const prefix of ["", "copy/", "copy/row/7/", "outbox/", "a"]) {
      assert.deepEqual(await scan(prefix), await memory.scan(prefix), `below "${prefix}"`);
    }
  }
  assert.equal(await page.evaluate(() => window.storage.get("copy/row/7/03")), 3);
  assert.equal(await page.evaluate(() => window.storage.get("no such")), undefined);

  // Begun together, without waiting.
  await page.evaluate(async () => {
    await Promise.all([1, 2, 3].map((value) => window.storage.write([{ put: "last", value }])));
  });
  assert.deepEqual(await scan("last"), [["last", 3]]);
});

test("a batch that fails leaves nothing behind", async () => {
  await write([{ put: "kept", value: 1 }]);
  const error = await page.evaluate(() => window.storage.write([
    { drop: "kept" }, { put: "new", value: 1 }, { put: "bad", value: () => {} },
  ]).then(() => "", (thrown: Error) => thrown.name));
  assert.equal(error, "DataCloneError");
  assert.deepEqual(await scan(""), [["kept", 1]]);
});

test("it outlives the page, and goes when it is removed, whoever has it open", async () => {
  await write([{ put: "kept", value: 1 }]);
  await opens();
  assert.deepEqual(await scan(""), [["kept", 1]]);

  const tab = await page.context().newPage();
  await opens("parley/1", tab);
  await page.evaluate(() => window.storage.remove());
  assert.deepEqual(await names(), []);
  assert.equal(await tab.evaluate(() => window.storage.write([{ put: "late", value: 1 }]).then(() => "", (thrown: Error) => thrown.name)),
    "InvalidStateError");
  await opens();
  assert.deepEqual(await scan(""), []);
});

test("of several accounts those go that are named", async () => {
  for (const name of ["parley/2", "parley/3", "other"]) await opens(name);
  await page.evaluate(async () => (await window.library).IndexedStorage.removeAll("parley/", () => "parley/2"));
  assert.deepEqual((await names()).sort(), ["other", "parley/2"]);
});

test("a tab that does not answer is waited for no longer than it takes to see that", async () => {
  const tab = await page.context().newPage();
  await tab.goto(PLACE);
  await tab.evaluate(() => new Promise<void>((resolve) => {
    // As one that is frozen: it has the database, and does not hear that it shall go.
    const opening = indexedDB.open("parley/2", 1);
    opening.onsuccess = () => {
      Object.assign(window, { held: opening.result });
      indexedDB.deleteDatabase("parley/2").onblocked = () => resolve();
    };
  }));
  const opened = await page.evaluate(async () =>
    (await window.library).IndexedStorage.open("parley/2").then(() => "opened", () => "refused"));
  assert.equal(opened, "refused");
  await page.evaluate(async () => (await window.library).IndexedStorage.removeAll("parley/", () => "parley/1"));
  assert.deepEqual(await scan(""), []);
});
