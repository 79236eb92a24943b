import assert from "node:assert/strict";
import { test } from "node:test";
import { recordKey } from "../src/copy.ts";
import type { Change } from "../src/storage.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { FakeServer, Rig } from "./rig.ts";
import { CHAT, ME, PEER, entryOf, makeParley, message, settle, signedIn, texts } from "./rig.ts";

test("a new device takes its token first, then pages the list, then that of requests", async () => {
  const { server, parley } = await signedIn([], (server) => {
    server.on("conversation.list", ({ page, requests }) => {
      if (requests) return { ok: { conversations: [entryOf({ conversation: "709", request: true, head: 1, n: 1 })] } };
      const n = Number(page ?? 0);
      const entry = entryOf({ conversation: `70${n}`, peer: `20${n}`, head: 1, n: 1, time: 10 - n });
      return { ok: { conversations: [entry], ...(n < 2 ? { page: String(n + 1) } : {}) } };
    });
  });
  const order = server.asked.map((one) => one.cmd).filter((cmd) => cmd === "sync" || cmd === "conversation.list");
  const lists = Array.from({ length: 4 }, () => "conversation.list");
  assert.deepEqual(order.slice(0, 6), ["sync", ...lists, "sync"]);
  assert.deepEqual(server.askedFor("sync").slice(0, 2), [{}, { token: "t0" }]);
  assert.deepEqual(parley.conversations.getSnapshot().map((view) => view.conversation), ["700", "701", "702"]);
  assert.deepEqual(parley.requests.getSnapshot().map((view) => view.conversation), ["709"]);
  assert.equal(server.askedFor("conversation.events").length, 0);
});

/** Three pages of one each, of which the first is stored when the answered function says so. */
async function listing(change: (server: FakeServer) => void = () => {}): Promise<Rig & { store: () => void }> {
  let store = (): void => {};
  class Slow extends MemoryStorage {
    override async write(changes: readonly Change[]): Promise<void> {
      const isPage = changes.some((change) => "put" in change && change.put === recordKey("700"));
      if (isPage) await new Promise<void>((resolve) => (store = resolve));
      await super.write(changes);
    }
  }
  const rig = await signedIn([], (server) => {
    server.on("conversation.list", ({ page, requests }) => {
      const n = Number(page ?? 0);
      const entry = entryOf({ conversation: `70${n}`, peer: `20${n}`, time: 10 - n, head: 1, n: 1 });
      return { ok: { conversations: requests ? [] : [entry], ...(n < 2 && !requests ? { page: String(n + 1) } : {}) } };
    });
    change(server);
  }, new Slow());
  return { ...rig, store: () => store() };
}

const pagesAsked = (server: FakeServer): (string | undefined)[] =>
  server.askedFor("conversation.list").filter(({ requests }) => !requests).map(({ page }) => page as string | undefined);

test("while a page of the list is stored the next one is on its way, and no other", async () => {
  const { clock, server, parley, store } = await listing();
  assert.deepEqual(pagesAsked(server), [undefined, "1"]);
  store();
  await clock.pass(100);
  assert.deepEqual(parley.conversations.getSnapshot().map((view) => view.conversation), ["700", "701", "702"]);
});

test("a page that was on its way when the connection was lost is asked for on the next one, and none before it", async () => {
  const { clock, server, parley, store } = await listing((server) => {
    const answer = server.scripts.get("conversation.list")!;
    server.on("conversation.list", (args) => (args["page"] === "1" && server.sockets.length === 1 ? undefined : answer(args)));
  });
  assert.deepEqual(pagesAsked(server), [undefined, "1"]);
  server.socket.end(1006);
  await clock.pass(2000);
  assert.equal(server.sockets.length, 2);
  const before = pagesAsked(server).length;
  store();
  await clock.pass(100);
  // After them comes the newest page once more, for its ticks.
  assert.deepEqual(pagesAsked(server).slice(before, before + 2), ["1", "2"]);
  assert.deepEqual(parley.conversations.getSnapshot().map((view) => view.conversation), ["700", "701", "702"]);
});

test("it compares after connecting, 3 s later, and every 5 minutes, give or take a fifth", async () => {
  const { clock, server } = await signedIn();
  server.socket.end(1006);
  await clock.pass(300);
  server.asked.length = 0;
  await clock.pass(2000);
  const early = server.askedFor("sync").length;
  await clock.pass(1500);
  assert.equal(server.askedFor("sync").length, early + 1);
  clock.chance = 0;
  server.asked.length = 0;
  await clock.pass(305_000);
  assert.equal(server.askedFor("sync").length, 1);
  // The next is drawn with this chance.
  await clock.pass(239_000);
  assert.equal(server.askedFor("sync").length, 2);
});

test("told to resync, it compares", async () => {
  const { clock, server } = await signedIn();
  server.asked.length = 0;
  server.push({ push: "resync" });
  await clock.pass(0);
  assert.equal(server.askedFor("sync").length, 1);
});

test("the lost last push is found by the count in a beat", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  await clock.pass(0);
  // Two were meant for us, one came.
  server.on("beat", () => ({ ok: { pushed: 2, time: 0 } }));
  server.on("sync", () => ({
    ok: {
      token: "t1", incarnation: "a", entries: [entryOf({ head: 2, n: 2, unread: 2, last: message(2) })], more: false,
    },
  }));
  server.on("conversation.events", () => ({ ok: { events: [message(2)], head: 2, page: false } }));
  server.asked.length = 0;
  await clock.pass(5000);
  assert.deepEqual(texts(parley), ["m1", "m2"]);
  assert.equal(server.askedFor("sync").length, 1);
  await clock.pass(20_000);
  assert.equal(server.askedFor("sync").length, 1, "the same loss is not looked for twice");
});

test("an entry is a reason to look, and the token is stored with what it stands for", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf({ head: 1, n: 1 })]);
  server.on("sync", () => ({
    ok: { token: "t1", incarnation: "a", entries: [entryOf({ head: 3, n: 3, unread: 2 })], more: false },
  }));
  server.on("conversation.events", () => undefined);
  void parley.compare();
  await clock.pass(0);
  assert.deepEqual(await storage.get("copy/sync"), { token: "t1", incarnation: "a" });

  // The page is closed before the events came; the next one asks for them, entry or not.
  parley.stop();
  server.on("sync", () => ({ ok: { token: "t1", incarnation: "a", entries: [], more: false } }));
  server.on("conversation.events", () => ({ ok: { events: [message(2), message(3)], head: 3, page: false } }));
  const again = makeParley(server, clock, storage);
  await again.load();
  await clock.pass(100);
  assert.deepEqual(texts(again), ["m2", "m3"]);
});

test("another incarnation means: drop everything and start as a new device", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 5; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.equal(texts(parley).length, 5);
  server.incarnation = "b";
  server.entries = [entryOf({ head: 2, n: 2, unread: 1 })];
  server.asked.length = 0;
  server.socket.end(1006);
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("sync")[0], {});
  assert.deepEqual(texts(parley), []);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.head, 2);
});

test("what is on screen when the store is restored is loaded anew, and stays open", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.history", ({ before }) => ({
    ok: { events: [1, 2].filter((seq) => seq < before).map((seq) => message(seq)), head: 2, first: 1 },
  }));
  server.on("conversation.get", () => ({
    ok: { ...server.entries[0], members: [{ user: PEER, username: "p", display_name: "P", role: "member", delivered: 0, read: 0 }] },
  }));
  const close = parley.open(CHAT);
  for (let seq = 1; seq <= 5; seq++) server.event(message(seq));
  await clock.pass(0);
  server.incarnation = "b";
  server.entries = [entryOf({ head: 2, n: 2, read: 2, delivered: 2 })];
  server.socket.end(1006);
  await clock.pass(1000);
  assert.deepEqual(texts(parley), ["m1", "m2"]);
  assert.equal(parley.members(CHAT).getSnapshot()?.length, 1);

  for (let seq = 3; seq <= 500; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.equal(texts(parley).length, 500, "it still counts as looked at");
  close();
  close();
  assert.equal(texts(parley).length, 200);
});

test("a conversation that is closed while it is dropped is not loaded with the rest", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const close = parley.open(CHAT);
  server.event(message(1));
  await clock.pass(0);
  server.incarnation = "b";
  server.entries = [];
  server.socket.end(1006);
  await clock.pass(1000);
  close();
  server.asked.length = 0;
  server.entries = [entryOf({ head: 1, n: 1, read: 1, delivered: 1 })];
  server.event(message(1));
  await clock.pass(5000);
  assert.equal(server.askedFor("conversation.get").length, 1, "what it is, not who looks at it");
});

test("a head below the cursor is asked about, and if it is so everything is dropped", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 5; seq++) server.event(message(seq));
  await clock.pass(0);
  let ahead = false;
  server.on("conversation.events", () => ahead
    ? { error: { code: "ahead", message: "", head: 2 } }
    : { ok: { events: [], head: 5, page: false } });
  server.on("sync", ({ token }) => ({
    ok: { token: "t", incarnation: "a", entries: token ? [entryOf({ head: 2, n: 2 })] : [], more: false },
  }));
  await Promise.all([parley.compare(), clock.pass(0)]);
  assert.equal(texts(parley).length, 5, "a list may be older than a push");
  ahead = true;
  server.entries = [entryOf({ head: 2, n: 2 })];
  await Promise.all([parley.compare(), clock.pass(0)]);
  assert.deepEqual(texts(parley), []);
  assert.equal(parley.conversation(CHAT).getSnapshot()?.head, 2);
});

test("a token that is not kept any more means: start as a new device", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1 })]);
  server.on("sync", ({ token }) => token === "t0"
    ? { error: { code: "truncated", message: "" } }
    : { ok: { token: "t9", incarnation: "a", entries: [], more: false } });
  server.asked.length = 0;
  await Promise.all([parley.compare(), clock.pass(0)]);
  assert.equal(server.askedFor("conversation.list").length, 2);
  assert.equal(parley.conversations.getSnapshot().length, 1);
});

test("a token that is not kept any more is no second start while one is under way", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1 })]);
  let refuse: () => void = () => {};
  server.on("sync", ({ token }) => token === "t0"
    ? new Promise((resolve) => (refuse = () => resolve({ error: { code: "truncated", message: "" } })))
    : { ok: { token: "t9", incarnation: "a", entries: [], more: false } });
  server.on("conversation.events", () => ({ error: { code: "ahead", message: "", head: 0 } }));
  void parley.compare();
  server.event(message(3));
  await clock.pass(500);
  assert.equal(parley.conversations.getSnapshot().length, 0);
  server.asked.length = 0;
  refuse();
  await clock.pass(0);
  assert.equal(server.askedFor("conversation.list").length, 2);
  assert.equal(parley.conversations.getSnapshot().length, 1);
});

test("what was never acknowledged is loaded by a new device, then acknowledged", async () => {
  const { server, parley } = await signedIn([entryOf({ head: 3, n: 3, unread: 2, delivered: 1, last: message(3) })],
    (server) => {
      server.on("message.history", ({ before }) => ({
        ok: { events: [1, 2, 3].filter((seq) => seq < before).map((seq) => message(seq)), head: 3, first: 1 },
      }));
    });
  assert.deepEqual(texts(parley), ["m1", "m2", "m3"]);
  assert.deepEqual(server.askedFor("receipt.delivered"), [{ conversation: CHAT, seq: 3 }]);
});

test("marks that were lost with a connection are told on the next", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("receipt.read", () => undefined);
  server.on("receipt.delivered", () => undefined);
  server.event(message(1));
  await clock.pass(0);
  parley.markRead(CHAT);
  await clock.pass(100);
  server.on("receipt.read", ({ seq }) => ({ ok: { read: seq, unread: 0 } }));
  server.asked.length = 0;
  server.socket.end(1006);
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("receipt.read"), [{ conversation: CHAT, seq: 1 }]);
  // Read implies delivered: nothing else is owed.
  assert.deepEqual(server.askedFor("receipt.delivered"), []);
});

test("typing holds for 6 s, or until the message is here", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const typing = (): readonly string[] => parley.typing(CHAT).getSnapshot();
  server.push({ push: "typing", conversation: CHAT, user: PEER });
  await clock.pass(5999);
  assert.deepEqual(typing(), [PEER]);
  await clock.pass(2);
  assert.deepEqual(typing(), []);
  server.push({ push: "typing", conversation: CHAT, user: PEER });
  server.event(message(1));
  assert.deepEqual(typing(), []);
});

test("typing is told as often as is useful", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("typing", () => ({ ok: {} }));
  for (let i = 0; i < 100; i++) {
    parley.types(CHAT);
    await clock.pass(60);
  }
  assert.equal(server.askedFor("typing").length, 2);
});

test("typing is told anew after a send, also of a conversation that was not known before it", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("typing", () => ({ ok: {} }));
  server.on("conversation.get", () => undefined);
  server.on("message.send", () => ({ ok: { conversation: CHAT, seq: 1, n: 1, time: 1 } }));
  for (let i = 0; i < 2; i++) {
    parley.types(CHAT);
    await Promise.all([parley.send(PEER, "x"), clock.pass(0)]);
  }
  assert.equal(server.askedFor("typing").length, 2);
});

test("whom somebody watches is told in one list, and again on a new connection", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("presence.watch", ({ users }) => ({
    ok: { presence: users.map((user: string) => ({ user, online: user === PEER })) },
  }));
  const end = parley.watch([PEER]);
  parley.watch([PEER, "201"]);
  await clock.pass(200);
  assert.deepEqual(server.askedFor("presence.watch"), [{ users: [PEER, "201"] }]);
  assert.equal(parley.presence(PEER).getSnapshot()?.online, true);
  server.push({ push: "presence", user: PEER, online: false, last_seen: 5 });
  assert.deepEqual(parley.presence(PEER).getSnapshot(), { user: PEER, online: false, last_seen: 5 });
  end();
  server.socket.end(1006);
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("presence.watch").at(-1), { users: [PEER, "201"] });
});

test("the own log is taken with the first token, and followed from there", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ conversation: ME, kind: "own", head: 2000 })]);
  // Asked before this block stood; answered after it was pushed.
  server.on("user.blocked", async () => {
    server.on("user.blocked", () => ({ ok: { users: ["5", PEER] } }));
    server.event({ conversation: ME, n: 0, time: 0, sender: ME, seq: 2001, rev: 2001, type: "block", user: PEER });
    await settle();
    return { ok: { users: ["5"] } };
  });
  server.push({ push: "resync" });
  await clock.pass(0);
  assert.deepEqual(parley.blocked.getSnapshot(), ["5", PEER]);
  server.event({ conversation: ME, n: 0, time: 0, sender: ME, seq: 2002, rev: 2002, type: "block", user: "6" });
  await clock.pass(0);
  assert.deepEqual(parley.blocked.getSnapshot(), ["5", PEER, "6"]);
  assert.deepEqual(server.askedFor("conversation.get"), []);
  assert.deepEqual(server.askedFor("conversation.events"), []);
});

test("an own log that begins anew has its state read anew", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ conversation: ME, kind: "own", head: 1 })]);
  server.on("conversation.events", () => ({ ok: { events: [], head: 2000, page: true } }));
  server.on("user.blocked", () => ({ ok: { users: ["5"] } }));
  server.entries = [entryOf({ conversation: ME, kind: "own", head: 2000 })];
  server.event({ conversation: ME, n: 0, time: 0, sender: ME, seq: 2000, rev: 2000, type: "profile", display_name: "x" });
  await clock.pass(1000);
  assert.deepEqual(parley.blocked.getSnapshot(), ["5"]);
});

test("a compare that fails is made again on the same connection", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("sync", () => ({ error: { code: "unavailable", message: "", retry_after_ms: 1 } }));
  void parley.compare();
  await clock.pass(1000);
  const failed = server.askedFor("sync").length;
  await clock.pass(3000);
  assert.ok(server.askedFor("sync").length > failed);
  assert.equal(server.sockets.length, 1);
});

test("told to resync, it reads ticks and presence again", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("presence.watch", ({ users }) => ({
    ok: { presence: users.map((user: string) => ({ user, online: true })) },
  }));
  parley.watch([PEER]);
  server.event(message(1, { sender: ME, key: "k" }));
  await clock.pass(200);
  server.entries = [entryOf({ head: 1, n: 1, peer_read: 1, peer_delivered: 1 })];
  server.asked.length = 0;
  server.push({ push: "resync" });
  await clock.pass(0);
  const [item] = parley.timeline(CHAT).getSnapshot().items;
  assert.ok(item?.type === "message" && item.status === "read");
  assert.equal(server.askedFor("presence.watch").length, 1);
});

test("blocks follow one's own log", async () => {
  const { clock, server, parley } = await signedIn([], (server) => {
    server.on("user.blocked", () => ({ ok: { users: ["5"] } }));
    server.entries = [entryOf({ conversation: ME, kind: "own" })];
  });
  const log = { conversation: ME, n: 0, time: 0, sender: ME };
  server.event({ ...log, seq: 1, rev: 1, type: "block", user: PEER });
  await clock.pass(0);
  assert.deepEqual(parley.blocked.getSnapshot(), ["5", PEER]);
  server.event({ ...log, seq: 2, rev: 2, type: "unblock", user: "5" });
  await clock.pass(0);
  assert.deepEqual(parley.blocked.getSnapshot(), [PEER]);
  assert.deepEqual(parley.conversations.getSnapshot(), [], "one's own log is no conversation to show");
});

test("a snapshot is the same until something changes, and listeners hear of many changes once", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1 })]);
  parley.conversations.getSnapshot();
  // The peer's name comes.
  await clock.pass(0);
  const before = parley.conversations.getSnapshot();
  assert.equal(parley.conversations.getSnapshot(), before);
  let told = 0;
  const end = parley.conversations.subscribe(() => told++);
  for (let seq = 2; seq <= 9; seq++) server.event(message(seq));
  await clock.pass(0);
  assert.equal(told, 1);
  assert.notEqual(parley.conversations.getSnapshot(), before);
  end();
  server.event(message(10));
  await clock.pass(0);
  assert.equal(told, 1);
});

test("a device shows that it has signed in before, also after it signed out", async () => {
  const { server, parley } = await signedIn();
  assert.deepEqual(server.signins.map(({ known }) => known), [undefined]);
  for (let i = 0; i < 2; i++) {
    await parley.signOut();
    await parley.signIn({ username: "me", password: "12345678" });
  }
  assert.deepEqual(server.signins.map(({ known }) => known), [undefined, "known 1", "known 2"]);
});

test("what one account asked is nothing to the next", async () => {
  const { clock, server, parley } = await signedIn([], (server) => {
    server.on("sync", ({ token }) => (token
      ? { error: { code: "rate_limited", message: "", retry_after_ms: 500 } }
      : { ok: { token: "t0", incarnation: "a", entries: [], more: false } }));
  });
  await parley.signOut();
  server.entries = [entryOf({ head: 3, n: 3 })];
  server.on("sync", ({ token }) =>
    ({ ok: { token: token ?? "of the next", incarnation: "a", entries: [], more: false } }));
  await parley.signIn({ username: "next", password: "12345678" });
  await clock.pass(5000);
  assert.equal(parley.conversations.getSnapshot().length, 1);
  assert.equal(server.askedFor("sync").at(-1)?.["token"], "of the next");
});
