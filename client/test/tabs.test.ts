/** Several tabs of one device, on the real locks and channels, before a scripted server. */
import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import type { Entry } from "../src/api.ts";
import { systemClock } from "../src/clock.ts";
import { Parley } from "../src/parley.ts";
import type { Change, Storage } from "../src/storage.ts";
import { MemoryStorage } from "../src/storage.ts";
import { Tabs, tabsHere } from "../src/tabs.ts";
import { CHAT, FakeServer, ME, PEER, entryOf, message, settle } from "./rig.ts";

const here = tabsHere();
const options = { skip: here ? false : "this Node has no locks" };
const WAIT_MS_MAX = 20_000;

const open: { stop(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.stop();
});

async function eventually(what: string, good: () => boolean): Promise<void> {
  for (const end = Date.now() + WAIT_MS_MAX; !good(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    assert.ok(Date.now() < end, `waited for: ${what}`);
  }
}

function tabOf(server: FakeServer, storage: Storage): Parley {
  const parley = new Parley({
    base: "http://chat.test", clock: systemClock, storage, transport: server, fetch: server.fetch, tabs: () => here,
  });
  open.push(parley);
  return parley;
}

/** The first one leads. */
async function twoTabs(change: (server: FakeServer) => void = () => {}, storage: Storage = new MemoryStorage()) {
  const server = new FakeServer();
  server.entries = [entryOf()];
  change(server);
  const first = tabOf(server, storage);
  await first.signIn({ username: "me", password: "12345678" });
  await eventually("the first has compared", () => first.synced.getSnapshot());
  const second = tabOf(server, storage);
  await second.load();
  await eventually("the second has compared", () => second.synced.getSnapshot());
  return { server, storage, first, second };
}

/** Until `server.up`, and a try after that. */
async function cutOff(server: FakeServer, ...tabs: Parley[]): Promise<void> {
  server.up = false;
  server.socket.end(1006);
  await eventually("all wait", () => tabs.every((tab) => tab.status.getSnapshot().state === "waiting"));
}

function said(parley: Parley): (string | undefined)[] {
  return parley.timeline(CHAT).getSnapshot().items.map((item) => (item.type === "message" ? item.text : item.type));
}

function at(seq: number) {
  return { ok: { conversation: CHAT, seq, n: seq, time: 0 } };
}

test("tabs have one socket, and hear the same", options, async () => {
  const { server, first, second } = await twoTabs();
  assert.equal(server.sockets.length, 1);
  server.event(message(1));
  await eventually("both show it", () => said(first).length === 1 && said(second).length === 1);
  await cutOff(server, first, second);
  server.up = true;
  second.retryNow();
  await eventually("both are back", () => [first, second].every((tab) => tab.status.getSnapshot().state === "online"));
});

test("what is said in the other tab is sent by the one that leads, shown in both, and answered there", options, async () => {
  const { server, storage, first, second } = await twoTabs();
  let answer = (): void => {};
  server.on("message.send", async () => {
    await new Promise<void>((resolve) => (answer = resolve));
    return at(1);
  });
  const stands = second.send(PEER, "hello");
  await eventually("it is tried", () => server.askedFor("message.send").length === 1);
  for (const tab of [first, second]) await eventually("it is shown", () => said(tab)[0] === "hello");
  assert.equal((await storage.scan("outbox/")).length, 1);
  answer();
  assert.equal((await stands).seq, 1);
  assert.deepEqual(await storage.scan("outbox/"), []);
  server.event(message(1, { sender: "100", text: "hello", key: server.askedFor("message.send")[0]?.["key"] }));
  for (const tab of [first, second]) {
    await eventually("it stands", () => tab.outbox.getSnapshot().length === 0 && said(tab).length === 1);
  }
});

test("two that speak at once are both heard, and a refusal is told to whoever spoke", options, async () => {
  const { server, storage, first, second } = await twoTabs();
  let n = 0;
  server.on("message.send", ({ text }) => (text === "bad" ? { error: { code: "cannot_write", message: "" } } : at(++n)));
  await Promise.all([first.send(PEER, "of the first"), second.send(PEER, "of the second")]);
  assert.deepEqual(new Set(server.askedFor("message.send").map(({ text }) => text)), new Set(["of the first", "of the second"]));
  await assert.rejects(second.send(PEER, "bad"), { code: "cannot_write" });
  const failed = (tab: Parley) => tab.outbox.getSnapshot().find((item) => item.state === "failed");
  for (const tab of [first, second]) await eventually("it is shown as refused", () => failed(tab) !== undefined);
  await first.discard(failed(first)?.key ?? "");
  await eventually("it is given up in both", () => failed(second) === undefined);
  assert.deepEqual(await storage.scan("outbox/"), []);
});

test("what is typed to somebody new and sent is a draft in no tab", options, async () => {
  const server = new FakeServer();
  server.on("message.send", () => at(1));
  const storage = new MemoryStorage();
  const first = tabOf(server, storage);
  await first.signIn({ username: "me", password: "12345678" });
  first.personal.setDraft(PEER, "hello");
  const second = tabOf(server, storage);
  await second.load();
  assert.equal(second.personal.draft(PEER).getSnapshot()?.text, "hello");
  server.entries = [entryOf({ head: 1, n: 1 })];
  await first.send(PEER, "hello");
  server.event(message(1, { sender: "100", text: "hello" }));
  for (const tab of [first, second]) {
    await eventually("there is a conversation", () => tab.conversation(CHAT).getSnapshot() !== undefined);
    await eventually("it is no draft", () => [PEER, CHAT].every((id) => !tab.personal.draft(id).getSnapshot()));
  }
  assert.deepEqual(server.askedFor("draft.set"), []);
});

test("what is typed in one tab without a connection, and sent there, is so in the other", options, async () => {
  const { server, storage, first, second } = await twoTabs();
  await cutOff(server, first, second);
  first.personal.setDraft(CHAT, "of the first");
  await eventually("the second has it", () => draftIn(second) === "of the first");
  second.personal.setDraft(PEER, "of both");
  await eventually("the first has it", () => draftIn(first) === "of both");
  assert.deepEqual(await storage.scan("draft/"), [[`draft/${CHAT}`, { text: "of both" }]]);
  void first.send(CHAT, "of both").catch(() => {});
  await eventually("it is no draft", () => [first, second].every((tab) => draftIn(tab) === undefined));
  assert.deepEqual(await storage.scan("draft/"), []);
});

test("what is typed without a connection, and emptied with one, is in no other tab any more", options, async () => {
  const { server, first, second, told } = await draftingTabs();
  server.on("draft.set", () => ({ error: { code: "invalid", message: "too long" } }));
  await cutOff(server, first, second);
  second.personal.setDraft(CHAT, "of the second");
  await eventually("the first has it", () => draftIn(first) === "of the second");
  server.up = true;
  first.retryNow();
  await eventually("both are back", () => [first, second].every((tab) => tab.status.getSnapshot().state === "online"));
  second.personal.setDraft(CHAT, "");
  await eventually("the first has it no more", () => draftIn(first) === undefined);
  assert.deepEqual(told, []);
});

/** A server with a chat, or not yet, that writes drafts down and tells of them: what it was told. */
function takesDrafts(server: FakeServer, entries = [entryOf({ head: 1, n: 1 })]): string[] {
  const own = { conversation: ME, sender: ME, n: 0 };
  let seq = 1;
  const told: string[] = [];
  server.entries = [...entries, entryOf({ conversation: ME, kind: "own", head: 1 })];
  server.on("draft.set", async ({ text }) => {
    told.push(text as string);
    await settle();
    seq++;
    server.event({ ...own, seq, rev: seq, time: seq, type: "draft", subject: CHAT, text: text as string });
    return { ok: { ...own, seq, time: seq } };
  });
  server.on("draft.list", () => ({
    ok: { drafts: told.slice(-1).filter((text) => text !== "").map((text) => ({ conversation: CHAT, seq, time: seq, text })) },
  }));
  return told;
}

async function draftingTabs(entries?: Entry[]) {
  let told: string[] = [];
  const tabs = await twoTabs((server) => (told = takesDrafts(server, entries)));
  return { ...tabs, told };
}

function draftIn(tab: Parley, id = CHAT): string | undefined {
  return tab.personal.draft(id).getSnapshot()?.text;
}

test("what another tab was told of is written down by the one where it was typed, and once", options, async () => {
  const { server, first, second, told } = await draftingTabs();
  await cutOff(server, first, second);
  first.personal.setDraft(CHAT, "x");
  await eventually("the second shows it", () => draftIn(second) === "x");
  server.up = true;
  second.retryNow();
  await eventually("both have compared", () => first.synced.getSnapshot() && second.synced.getSnapshot());
  await eventually("it is written down", () => told.length > 0);
  first.personal.setDraft(CHAT, "");
  await eventually("it is no draft", () => [first, second].every((tab) => draftIn(tab) === undefined));
  assert.deepEqual(told, ["x", ""]);
});

test("what was typed to somebody who writes first is written down once, by the tab where it was typed", options, async () => {
  const { server, storage, first, second, told } = await draftingTabs([]);
  first.personal.setDraft(PEER, "x");
  await eventually("the second shows it", () => draftIn(second, PEER) === "x");
  server.entries = [entryOf({ head: 1, n: 1 }), ...server.entries];
  server.event(message(1));
  await eventually("it is a draft there", () => [first, second].every((tab) => draftIn(tab) === "x" && !draftIn(tab, PEER)));
  assert.deepEqual(told, ["x"]);
  await eventually("it is not kept", () => [first, second].every((tab) => tab.personal.begunDrafts.getSnapshot().length === 0));
  assert.deepEqual(await storage.scan("draft/"), []);
});

test("what a tab did not tell before it was gone, whoever leads then does", options, async () => {
  for (const leads of [true, false]) {
    const { server, storage, first, second, told } = await draftingTabs();
    const [gone, left] = leads ? [first, second] : [second, first];
    await cutOff(server, first, second);
    gone.personal.setDraft(CHAT, "x");
    await eventually("the other shows it", () => draftIn(left) === "x");
    gone.stop();
    server.up = true;
    left.retryNow();
    await eventually("it is written down", () => told.length > 0);
    await eventually("it is not kept", () => left.personal.begunDrafts.getSnapshot().length === 0);
    assert.deepEqual([told, draftIn(left), await storage.scan("draft/")], [["x"], "x", []]);
    left.stop();
  }
});

test("the text of an edit that is refused is begun again, in the tab where it was said and for all", options, async () => {
  const { server, first, second } = await twoTabs();
  server.on("message.edit", () => ({ error: { code: "cannot_write", message: "" } }));
  const refused = assert.rejects(second.edit(CHAT, 1, "a better text"), { code: "cannot_write" });
  second.personal.setDraft(CHAT, "meanwhile");
  await refused;
  assert.equal(draftIn(second), "meanwhile\na better text");
  assert.equal(draftIn(first), "a better text");
});

test("the next that leads sends with the same key and the same after, and asks for what was missed", options, async () => {
  const { server, first, second } = await twoTabs();
  server.event(message(1));
  await eventually("both show it", () => said(first).length === 1 && said(second).length === 1);
  server.on("message.send", () => undefined);
  const stands = second.send(PEER, "hello");
  await eventually("it is tried", () => server.askedFor("message.send").length === 1);
  server.on("message.send", () => at(2));
  first.stop();
  assert.equal((await stands).seq, 2);
  const [before, again] = server.askedFor("message.send");
  assert.deepEqual(again, before);
  assert.equal(server.askedFor("message.send").length, 2);
  assert.equal(server.sockets.length, 2);
  await eventually("the second has compared", () => second.synced.getSnapshot());
});

test("what stood while its sender was killed is known by its event, and is not said again", options, async () => {
  const { server, storage, first, second } = await twoTabs();
  server.on("message.send", () => undefined);
  const stands = second.send(PEER, "hello");
  await eventually("it is tried", () => server.askedFor("message.send").length === 1);
  // The last that the first one does: it hears that it stands, and keeps it no more.
  const [[key]] = (await storage.scan("outbox/")) as [[string, unknown]];
  await storage.write([{ drop: key }]);
  first.stop();
  await eventually("the second leads", () => server.sockets.length === 2 && second.synced.getSnapshot());
  server.event(message(1, { sender: "100", text: "hello", key: server.askedFor("message.send")[0]?.["key"] }));
  assert.equal((await stands).seq, 1);
  assert.equal(server.askedFor("message.send").length, 1);
  await eventually("it is there once", () => said(second).length === 1);
});

/** As a tab stores it before it tells of it. */
function untold(key: string, order: number): Change {
  const item = { key, order, lane: PEER, cmd: "message.send", args: { to: PEER, text: key }, created: 0, state: "waiting" };
  return { put: `outbox/${String(order).padStart(16, "0")}/${key}`, value: item };
}

test("what a tab stored and could not tell any more is sent when it is gone, or when the next one comes", options, async () => {
  const { server, storage, first, second } = await twoTabs();
  let n = 0;
  server.on("message.send", () => at(++n));
  const sent = () => server.askedFor("message.send").map(({ text }) => text).join();
  await storage.write([untold("of one that is gone", 1)]);
  second.stop();
  await eventually("it is sent", () => sent() === "of one that is gone");
  await storage.write([untold("of one before", 2)]);
  const third = tabOf(server, storage);
  await third.load();
  await eventually("it is sent too", () => sent() === "of one that is gone,of one before");
  for (const tab of [first, third]) await eventually("it is shown", () => said(tab).includes("of one before"));
  assert.deepEqual(await storage.scan("outbox/"), []);
});

test("what was found in the storage, and is told only then, keeps the after that it is tried with", options, async () => {
  const { server, storage, first } = await twoTabs();
  server.on("message.send", () => undefined);
  let tells: (() => void) | undefined;
  const slow: Storage = {
    get: (key) => storage.get(key),
    scan: (prefix) => storage.scan(prefix),
    write: async (changes) => {
      await storage.write(changes);
      if (changes.some((change) => "put" in change && change.put.startsWith("outbox/"))) {
        await new Promise<void>((resolve) => (tells = resolve));
      }
    },
  };
  const second = tabOf(server, slow);
  await second.load();
  await eventually("it has compared", () => second.synced.getSnapshot());
  void second.send(PEER, "hello").catch(() => {});
  await eventually("it is stored", () => tells !== undefined);
  const third = tabOf(server, storage);
  await third.load();
  await eventually("it is tried", () => server.askedFor("message.send").length === 1);
  tells?.();
  server.event(message(1));
  await eventually("all that was told is heard", () => said(first).length === 2 && said(third).length === 2);
  const [[, kept]] = (await storage.scan("outbox/")) as [[string, { after?: number }]];
  assert.equal(kept.after, 0);
});

test("who said it is told what became of it, though it found it gone from the storage before", options, async () => {
  const { server, storage, second } = await twoTabs();
  server.on("message.send", () => undefined);
  const stands = second.send(PEER, "hello");
  await eventually("it is tried", () => server.askedFor("message.send").length === 1);
  let answer = (): void => {};
  server.on("message.send", async () => {
    await new Promise<void>((resolve) => (answer = resolve));
    return at(1);
  });
  const [[key]] = (await storage.scan("outbox/")) as [[string, unknown]];
  await storage.write([{ drop: key }]);
  server.socket.end(1006);
  await eventually("it is gone from the outbox", () => second.outbox.getSnapshot().length === 0);
  await eventually("it is tried again", () => server.askedFor("message.send").length === 2);
  answer();
  assert.equal((await stands).seq, 1);
});

test("copies are stored by the tab that leads alone, and acknowledged by it", options, async () => {
  const writers: string[] = [];
  class Named extends MemoryStorage {
    of(name: string): Storage {
      return {
        get: (key) => this.get(key),
        scan: (prefix) => this.scan(prefix),
        write: (changes: readonly Change[]) => {
          if (changes.some((change) => "put" in change && change.put.startsWith("copy/"))) writers.push(name);
          return this.write(changes);
        },
      };
    }
  }
  const storage = new Named();
  const server = new FakeServer();
  server.entries = [entryOf()];
  const first = tabOf(server, storage.of("first"));
  await first.signIn({ username: "me", password: "12345678" });
  const second = tabOf(server, storage.of("second"));
  await second.load();
  await eventually("both have compared", () => first.synced.getSnapshot() && second.synced.getSnapshot());
  for (const seq of [1, 2]) server.event(message(seq));
  await eventually("it is acknowledged", () => server.askedFor("receipt.delivered").some(({ seq }) => seq === 2));
  await eventually("the second has it", () => said(second).length === 2);
  assert.ok(!writers.includes("second"));

  // What the first one stored, and the second was not told of, is taken up.
  await storage.write([
    { put: `copy/row/${CHAT}/0000000000000003`, value: message(3) },
    { put: `copy/conversation/${CHAT}`, value: { ...(await storage.get(`copy/conversation/${CHAT}`) as object), cursor: 3, head: 3, n: 3 } },
  ]);
  first.stop();
  await eventually("the second stores", () => writers.includes("second"));
  await eventually("it has what the first one had", () => said(second).length === 3);
  assert.equal((await storage.scan("copy/row/")).length, 3);
});

test("who takes the lead writes what differs, and asks for the words of an edit that it was not told of", options, async () => {
  let batches: (readonly Change[])[] = [];
  class Heard extends MemoryStorage {
    override write(changes: readonly Change[]): Promise<void> {
      batches.push(changes);
      return super.write(changes);
    }
  }
  const { server, storage, first, second } = await twoTabs(() => {}, new Heard());
  for (const seq of [1, 2, 3]) server.event(message(seq));
  for (const tab of [first, second]) await eventually("it is there", () => said(tab).length === 3);
  await eventually("it is stored", () => server.askedFor("receipt.delivered").some(({ seq }) => seq === 3));
  // What the first one stored, and the second was not told of.
  const edit = { conversation: CHAT, seq: 4, n: 3, rev: 4, time: 4, sender: PEER, type: "edit" as const, target: 2 };
  const record = await storage.get(`copy/conversation/${CHAT}`) as object;
  await storage.write([
    { put: `copy/row/${CHAT}/0000000000000004`, value: edit },
    { put: `copy/row/${CHAT}/0000000000000002`, value: message(2, { rev: 4, text: "better", edited: 4 }) },
    { put: `copy/row/${CHAT}/0000000000000000`, value: message(0) },
    { put: `copy/conversation/${CHAT}`, value: { ...record, cursor: 4, head: 4 } },
  ]);
  server.entries = [entryOf({ head: 4, n: 3 })];
  server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries: server.entries, more: false } }));
  server.on("conversation.events", () => ({ ok: { events: [{ ...edit, text: "better" }], head: 4, first: 1 } }));
  batches = [];
  first.stop();
  await eventually("it asks for the edit", () => server.askedFor("conversation.events").some(({ after }) => after === 3));
  await eventually("it has the words", () => said(second).join() === "m1,better,m3");
  const [taken] = batches;
  const rows = taken?.flatMap((change) => ("put" in change ? [change.put] : "drop" in change ? [change.drop] : []))
    .filter((key) => key.startsWith("copy/row/"));
  assert.deepEqual(rows?.map((key) => Number(key.split("/").at(-1))), [0, 4]);
});

test("a tab whose storage refuses connects all the same when it takes the lead, and one that cannot load leaves it", options, async () => {
  const { server, storage, first } = await twoTabs();
  const broken = (refuses: "scan" | "write"): Storage => ({
    get: (key) => storage.get(key),
    scan: (prefix) => (refuses === "scan" ? Promise.reject(new Error("broken")) : storage.scan(prefix)),
    write: (changes) => (refuses === "write" ? Promise.reject(new Error("broken")) : storage.write(changes)),
  });
  await assert.rejects(tabOf(server, broken("scan")).load(), /broken/);
  const third = tabOf(server, broken("write"));
  open.at(1)?.stop();
  await third.load();
  await eventually("it has compared", () => third.synced.getSnapshot());
  first.stop();
  await eventually("it is connected", () => server.sockets.length === 2 && third.status.getSnapshot().state === "online");
});

test("the server is told whom all tabs watch, and of those of a tab that is gone no more", options, async () => {
  const { server, first, second } = await twoTabs((server) => {
    server.on("presence.watch", ({ users }) => ({ ok: { presence: (users as string[]).map((user) => ({ user, online: true })) } }));
  });
  first.watch(["1"]);
  second.watch(["2"]);
  const watched = () => (server.askedFor("presence.watch").at(-1)?.["users"] as string[] | undefined)?.toSorted().join();
  await eventually("both are watched", () => watched() === "1,2");
  await eventually("each is told of its own", () => second.presence("2").getSnapshot()?.online === true);
  assert.equal(second.presence("1").getSnapshot(), undefined);
  second.stop();
  await eventually("one is left", () => watched() === "1");
});

test("one that does not answer is deposed, and stands in the line again", options, async () => {
  const events: string[] = [];
  const tabs = await Promise.all(["a", "b"].map(async (name) => {
    const tab: Tabs = new Tabs(here!, {
      leads: () => events.push(`${name} leads`),
      deposed: () => events.push(`${name} deposed`),
      heard: () => {},
    });
    open.push({ stop: () => tab.leave() });
    await tab.join("device");
    return tab;
  }));
  const [old, next] = tabs[0]!.leads ? [tabs[0]!, tabs[1]!] : [tabs[1]!, tabs[0]!];
  assert.ok(old.leads && !next.leads);
  next.depose();
  await eventually("the other leads", () => next.leads && !old.leads);
  assert.equal(events.length, 2);
  next.leave();
  await eventually("it leads again", () => old.leads);
});

// A channel that is open keeps the process alive.
after(() => open.splice(0).forEach((one) => one.stop()));
