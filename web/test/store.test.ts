import assert from "node:assert/strict";
import { test } from "node:test";
import { Value } from "parley-client";
import { CHAT, entryOf, signedIn } from "../../client/test/rig.ts";
import { Store } from "../src/store/store.ts";

// Of a browser it takes where other tabs' choices are heard.
Object.assign(globalThis, { window: new EventTarget() });

/** How many hold the page back from another version. */
function holdsOf(store: Store): () => number {
  let holds = 0;
  store.update.hold = () => {
    holds++;
    return () => void holds--;
  };
  return () => holds;
}

test("as long as recovery codes stand, no newer version takes the page's place", async () => {
  const { clock, parley } = await signedIn();
  const store = new Store({ parley, forgetful: new Value(false) });
  const holds = holdsOf(store);
  const seen: number[] = [];
  for (const codes of [["a"], ["b"], undefined, ["c"], undefined]) {
    store.recoveryCodes.set(codes);
    await clock.pass(0);
    seen.push(holds());
  }
  assert.deepEqual(seen, [1, 1, 0, 1, 0]);
  parley.stop();
});

test("nor in a browser that keeps nothing as long as something is begun or waits", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const forgetful = new Value(false);
  const holds = holdsOf(new Store({ parley, forgetful }));
  server.up = false;
  server.socket.end(1006);
  const seen: number[] = [];
  const steps = [
    () => parley.personal.setDraft(CHAT, "begun"),
    () => forgetful.set(true),
    () => parley.personal.setDraft(CHAT, ""),
    () => void parley.send(CHAT, "said").catch(() => {}),
    () => parley.signOut(),
  ];
  for (const step of steps) {
    await step();
    await clock.pass(0);
    seen.push(holds());
  }
  assert.deepEqual(seen, [0, 1, 0, 1, 0]);
});

test("what one did in the list goes with oneself, and with nothing less", async () => {
  const { clock, server, parley } = await signedIn();
  const store = new Store({ parley, forgetful: new Value(false) });
  const { list, overlay, recoveryCodes } = store;
  const shown = () => [list.pane, list.filter, list.typed, overlay, recoveryCodes].map((one) => one.getSnapshot());
  list.show("settings");
  list.setFilter("unread");
  list.type("dr. secret");
  overlay.set("switcher");
  recoveryCodes.set(["a-code"]);
  server.socket.end(1006);
  await clock.pass(60_000);
  assert.deepEqual(shown(), ["settings", "unread", "dr. secret", "switcher", ["a-code"]]);
  await parley.signOut();
  await clock.pass(0);
  assert.deepEqual(shown(), ["list", "all", "", undefined, undefined]);
});
