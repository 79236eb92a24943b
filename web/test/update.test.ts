/** How the page hears of a newer version of itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Update } from "../src/store/update.ts";

/** A browser's workers, as far as a page sees them. */
class Workers extends EventTarget {
  controller: object | null = {};
  registration = Object.assign(new EventTarget(), {
    active: null as object | null, waiting: null as object | null, installing: null as EventTarget | null, update: async () => {},
  });
  getRegistration = async () => (this.registration.active ? this.registration : undefined);
  register = async () => this.registration;
}

async function begins(change: (workers: Workers) => void) {
  const workers = new Workers();
  change(workers);
  let loads = 0;
  Object.defineProperty(globalThis, "navigator", { value: { serviceWorker: workers }, configurable: true });
  Object.assign(globalThis, { location: { reload: () => loads++ }, setInterval: () => 0 });
  const update = new Update();
  await update.begin();
  return { workers, update, loads: () => loads };
}

test("a newer version is told of that was found before the page looked, or elsewhere", async () => {
  const installing = new EventTarget();
  const { workers, update } = await begins(({ registration }) => {
    registration.active = {};
    registration.installing = installing;
  });
  assert.equal(update.ready.getSnapshot(), false);
  workers.registration.waiting = installing;
  installing.dispatchEvent(new Event("statechange"));
  assert.equal(update.ready.getSnapshot(), true);

  const other = await begins(({ registration }) => (registration.active = {}));
  other.workers.registration.waiting = {};
  other.update.check();
  assert.equal(other.update.ready.getSnapshot(), true);
});

test("a page is loaded anew for another version, though it was loaded past the one before, and not for its first", async () => {
  const past = await begins((workers) => {
    workers.controller = null;
    workers.registration.active = {};
  });
  past.workers.dispatchEvent(new Event("controllerchange"));
  assert.equal(past.loads(), 1);
  const first = await begins((workers) => (workers.controller = null));
  first.workers.dispatchEvent(new Event("controllerchange"));
  assert.equal(first.loads(), 0);
  first.workers.dispatchEvent(new Event("controllerchange"));
  assert.equal(first.loads(), 1);
});
