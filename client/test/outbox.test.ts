import assert from "node:assert/strict";
import { test } from "node:test";
import { ParleyError } from "../src/error.ts";
import type { OutboxNews } from "../src/outbox.ts";
import { DETOURS_MAX, ITEMS_MAX, Outbox } from "../src/outbox.ts";
import type { FakeServer } from "./rig.ts";
import type { Change } from "../src/storage.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { MessageView } from "../src/view.ts";
import { CHAT, ME, ManualClock, PEER, entryOf, makeParley, message, settle, signedIn } from "./rig.ts";

const at = (seq: number): { ok: unknown } => ({ ok: { conversation: CHAT, seq, n: seq, time: seq } });
const sends = (server: FakeServer): ReturnType<FakeServer["askedFor"]> => server.askedFor("message.send");
const states = (parley: { outbox: { getSnapshot: () => readonly { state: string }[] } }): string[] =>
  parley.outbox.getSnapshot().map((item) => item.state);

test("a send carries a key and the newest seq that the device has", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 4; seq++) server.event(message(seq));
  await clock.pass(0);
  server.on("message.send", () => at(5));
  await parley.send(CHAT, "hello");
  const [args] = server.askedFor("message.send");
  assert.equal(args?.["after"], 4);
  assert.match(args?.["key"], /^[0-9a-f]{32}$/);
});

test("a full outbox says so, takes no more, and leaves what was typed a draft", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.up = false;
  server.socket.end(1006);
  for (let i = 0; i < ITEMS_MAX; i++) {
    assert.equal(parley.outboxFull, false);
    parley.send(CHAT, `${i}`).catch(() => {});
  }
  await clock.pass(0);
  assert.equal(parley.outboxFull, true);
  parley.personal.setDraft(CHAT, "one too many");
  await assert.rejects(parley.send(CHAT, "one too many"), { code: "outbox_full" });
  await assert.rejects(parley.edit(CHAT, 1, "another"), { code: "outbox_full" });
  assert.equal(states(parley).length, ITEMS_MAX);
  assert.equal(parley.personal.draft(CHAT).getSnapshot()?.text, "one too many");
});

test("after a lost connection it goes again with the same key and the same after", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", () => undefined);
  const stands = parley.send(CHAT, "hello");
  await clock.pass(0);
  // Others write meanwhile: `after` must not follow them.
  for (let seq = 1; seq <= 3; seq++) server.event(message(seq));
  await clock.pass(0);
  server.on("message.send", () => at(4));
  server.socket.end(1006);
  await clock.pass(1000);
  assert.equal((await stands).seq, 4);
  const [first, second] = sends(server);
  assert.deepEqual(first, second);
});

test("it outlives a restart of the page, with its key and after", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  server.on("message.send", () => undefined);
  void parley.send(CHAT, "one").catch(() => {});
  void parley.send(CHAT, "two").catch(() => {});
  await clock.pass(0);
  parley.stop();

  let seq = 0;
  server.on("message.send", () => at(++seq));
  const again = makeParley(server, clock, storage);
  await again.load();
  await clock.pass(1000);
  const [first, second, third] = server.askedFor("message.send");
  assert.deepEqual(first, second);
  assert.equal(third?.["text"], "two");
  assert.equal((await storage.scan("outbox/")).length, 0);
});

test("what is said before the list is here waits for it, to go out with what it then knows", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 900, n: 900 })]);
  server.on("message.send", () => at(901));
  let list: () => void = () => {};
  server.on("conversation.list", ({ requests }) => requests ? { ok: { conversations: [] } } : new Promise((resolve) => {
    list = () => resolve({ ok: { conversations: server.entries } });
  }));
  parley.stop();
  const reloaded = makeParley(server, clock, new MemoryStorage());
  await reloaded.signIn({ username: "me", password: "12345678" });
  const stands = reloaded.send(PEER, "early");
  await clock.pass(100);
  assert.deepEqual(sends(server), []);
  list();
  await clock.pass(100);
  assert.equal((await stands).seq, 901);
  assert.equal(server.askedFor("message.send")[0]?.["after"], 900);
});

test("without a list it goes out all the same, on the next connection if this one is lost", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("message.send", () => at(1));
  server.on("conversation.list", () => undefined);
  parley.stop();
  const reloaded = makeParley(server, clock, new MemoryStorage());
  await reloaded.signIn({ username: "me", password: "12345678" });
  const stands = reloaded.send(PEER, "early");
  await clock.pass(100);
  server.on("conversation.list", () => ({ ok: { conversations: [] } }));
  server.socket.end(1006);
  await clock.pass(1000);
  assert.equal((await stands).seq, 1);
  assert.equal(sends(server).length, 1);
  assert.equal(server.askedFor("message.send")[0]?.["after"], 0);
});

test("what cannot be stored is not sent, now or later", async () => {
  class FullStorage extends MemoryStorage {
    full = false;
    override async write(changes: readonly Change[]): Promise<void> {
      if (this.full) throw new Error("no room");
      await super.write(changes);
    }
  }
  const { clock, server, parley, storage } = await signedIn([entryOf()], () => {}, new FullStorage());
  (storage as FullStorage).full = true;
  await assert.rejects(parley.send(CHAT, "lost"), /no room/);
  assert.deepEqual(states(parley), []);
  (storage as FullStorage).full = false;
  server.on("message.send", () => at(1));
  await parley.send(CHAT, "kept");
  server.socket.end(1006);
  await clock.pass(1000);
  assert.deepEqual(server.askedFor("message.send").map(({ text }) => text), ["kept"]);
});

test("messages of one conversation go one after the other", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  let seq = 0;
  const answers: (() => void)[] = [];
  server.on("message.send", async () => {
    await new Promise<void>((resolve) => answers.push(resolve));
    return at(++seq);
  });
  for (const text of ["a", "b", "c"]) void parley.send(PEER, text);
  void parley.send(CHAT, "d");
  for (let i = 1; i <= 4; i++) {
    await clock.pass(0);
    assert.equal(sends(server).length, i);
    answers.shift()?.();
  }
  assert.deepEqual(server.askedFor("message.send").map((args) => args["text"]), ["a", "b", "c", "d"]);
});

test("told to come again, it does so with the same key, when it was told", async () => {
  for (const code of ["unavailable", "overloaded", "rate_limited", "draining"]) {
    const { clock, server, parley } = await signedIn([entryOf()]);
    let answer: ReturnType<typeof at> | { error: object } = {
      error: { code, message: "", retry_after_ms: 2000 },
    };
    server.on("message.send", () => answer);
    const stands = parley.send(CHAT, "hello");
    await clock.pass(1400);
    assert.equal(sends(server).length, 1);
    answer = at(1);
    await clock.pass(1200);
    await stands;
    const [first, second] = sends(server);
    assert.deepEqual(first, second);
  }
});

test("a message that is refused for good stays, to be retried with its key or discarded", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", () => ({ error: { code: "cannot_write", message: "no" } }));
  await assert.rejects(parley.send(CHAT, "hello"), (error: ParleyError) => error.code === "cannot_write");
  assert.deepEqual(states(parley), ["failed"]);
  const [item] = parley.timeline(CHAT).getSnapshot().items;
  assert.ok(item?.type === "message" && item.status === "failed" && item.error?.code === "cannot_write");

  server.on("message.send", () => at(1));
  await parley.retry(item.key as string);
  await clock.pass(0);
  const [first, second] = sends(server);
  assert.deepEqual(first, second);

  server.on("message.send", () => ({ error: { code: "cannot_write", message: "no" } }));
  await assert.rejects(parley.send(CHAT, "again"));
  await parley.discard(parley.outbox.getSnapshot().at(-1)?.key as string);
  assert.ok(!states(parley).includes("failed"));
});

test("a message that was refused and stands by an earlier try is not shown as refused any more", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  server.on("message.send", () => ({ error: { code: "forbidden", message: "no" } }));
  await assert.rejects(parley.send(CHAT, "hello"), (error: ParleyError) => error.code === "forbidden");
  assert.deepEqual(states(parley), ["failed"]);
  server.event(message(1, { sender: ME, text: "hello", key: sends(server)[0]?.["key"] }));
  await clock.pass(0);
  assert.deepEqual(states(parley), []);
  assert.deepEqual(await storage.scan("outbox/"), []);
  assert.equal(parley.timeline(CHAT).getSnapshot().items.length, 1);
});

/** Its writes of what was refused end when the test says so. */
class SlowToRefuse extends MemoryStorage {
  end = (): void => {};
  readonly #ended = new Promise<void>((resolve) => (this.end = resolve));

  override async write(changes: readonly Change[]): Promise<void> {
    const refused = changes.some((one) => "put" in one && (one.value as { state?: string }).state === "failed");
    const copy = structuredClone(changes);
    if (refused) await this.#ended;
    await super.write(copy);
  }
}

test("a message that is given up while its refusal is written down is settled", async () => {
  const storage = new SlowToRefuse();
  const { clock, server } = await signedIn([entryOf()]);
  const parley = makeParley(server, clock, storage);
  await parley.signIn({ username: "me", password: "12345678" });
  server.on("message.send", () => ({ error: { code: "forbidden", message: "no" } }));
  const refused = assert.rejects(parley.send(CHAT, "hello"), { code: "forbidden" });
  await clock.pass(0);
  await parley.discard(sends(server)[0]?.["key"]);
  storage.end();
  await clock.pass(0);
  await refused;
  assert.deepEqual(states(parley), []);
});

test("a refused message does not hold up those after it", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", ({ text }) =>
    text === "bad" ? { error: { code: "bad_request", message: "" } } : at(1));
  void parley.send(CHAT, "bad").catch(() => {});
  const stands = parley.send(CHAT, "good");
  await clock.pass(0);
  assert.equal((await stands).seq, 1);
});

test("it stays on screen, under one id, from the outbox to the log", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const ids = (): string[] => parley.timeline(CHAT).getSnapshot().items.map((item) => item.id);
  let answer: (() => void) | undefined;
  server.on("message.send", async () => {
    await new Promise<void>((resolve) => (answer = resolve));
    return at(1);
  });
  void parley.send(CHAT, "hello");
  await clock.pass(0);
  const [id] = ids();
  answer?.();
  await clock.pass(0);
  assert.deepEqual(ids(), [id]);
  server.event(message(1, { sender: ME, key: id, text: "hello" }));
  await clock.pass(0);
  assert.deepEqual(ids(), [id]);
  assert.deepEqual(states(parley), []);
});

test("the push may come before the ok", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", ({ key, text }) => {
    server.event(message(1, { sender: ME, key, text }));
    return at(1);
  });
  await parley.send(CHAT, "hello");
  await clock.pass(0);
  assert.equal(parley.timeline(CHAT).getSnapshot().items.length, 1);
  assert.deepEqual(states(parley), []);
});

test("too old: it looks for its key among its own events, and finds it", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", ({ key }) => {
    server.on("message.history", ({ after }) => ({
      ok: { events: [message(after + 1), message(after + 2, { sender: ME, key })], head: 50, first: 1 },
    }));
    return { error: { code: "too_old", message: "", head: 50 } };
  });
  const stands = parley.send(CHAT, "hello");
  await clock.pass(0);
  assert.equal((await stands).seq, 2);
  assert.equal(sends(server).length, 1);
});

test("too old and not found: it goes again as if first tried at the head", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.history", ({ after }) => ({
    ok: { events: [after + 1, after + 2].map((seq) => message(seq)), head: 4, first: 1 },
  }));
  server.on("message.send", ({ after }) =>
    after < 4 ? { error: { code: "too_old", message: "", head: 4 } } : at(5));
  const stands = parley.send(CHAT, "hello");
  await clock.pass(0);
  assert.equal((await stands).seq, 5);
  const [first, second] = server.askedFor("message.send");
  assert.equal(first?.["key"], second?.["key"]);
  assert.equal(second?.["after"], 4);
});

test("too old again and again: it pauses longer each time, and is refused in the end", async () => {
  // A head that does not grow, one that does, and a log that is said to end before every try.
  const answers = [
    ({ after }: { after: number }) => ({ code: "too_old", message: "", head: after }),
    ({ after }: { after: number }) => ({ code: "too_old", message: "", head: after + 1 }),
    ({ after }: { after: number }) => ({ code: "ahead", message: "", head: after }),
  ];
  for (const answer of answers) {
    const { clock, server, parley } = await signedIn([entryOf({ head: 4, n: 4 })]);
    server.on("message.send", (args) => ({ error: answer(args as { after: number }) }));
    const stands = parley.send(CHAT, "hello");
    await clock.pass(0);
    assert.equal(sends(server).length, 2, "the first time it goes again at once");
    const refused = assert.rejects(stands, (error: ParleyError) => ["too_old", "ahead"].includes(error.code));
    await clock.pass(740);
    assert.equal(sends(server).length, 2);
    await clock.pass(20_000);
    await refused;
    assert.equal(sends(server).length, DETOURS_MAX + 1);
    assert.deepEqual(states(parley), ["failed"]);
    await clock.pass(60_000);
    assert.equal(sends(server).length, DETOURS_MAX + 1);

    // Whoever tries it again gets all tries anew, with the same key.
    const [item] = parley.outbox.getSnapshot();
    await parley.retry(item?.key as string);
    await clock.pass(20_000);
    assert.equal(sends(server).length, 2 * (DETOURS_MAX + 1));
    assert.equal(new Set(server.askedFor("message.send").map(({ key }) => key)).size, 1);
  }
});

test("a search for the key that fails for the moment is no reason to give up", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", () => ({ error: { code: "too_old", message: "", head: 50 } }));
  server.on("message.history", () => ({ error: { code: "unavailable", message: "" } }));
  const stands = parley.send(CHAT, "hello");
  await clock.pass(30_000);
  assert.deepEqual(states(parley), ["waiting"]);
  server.on("message.history", () => ({ ok: { events: [], head: 50, first: 1 } }));
  server.on("message.send", ({ after }) =>
    after < 50 ? { error: { code: "too_old", message: "", head: 50 } } : at(51));
  await clock.pass(3000);
  assert.equal((await stands).seq, 51);
});

test("a connection that is lost while it looks for its key leaves it to the next one", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", () => ({ error: { code: "too_old", message: "", head: 50 } }));
  server.on("message.history", () => {
    server.on("message.history", ({ after }) => ({
      ok: { events: [message(after + 1, { sender: ME, key: server.askedFor("message.send")[0]?.["key"] })], head: 50,
        first: 1 },
    }));
    server.socket.end(1006);
    return undefined;
  });
  const stands = parley.send(CHAT, "hello");
  await clock.pass(3000);
  assert.equal((await stands).seq, 1);
});

test("a key that cannot be looked for is refused for good", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("message.send", () => ({ error: { code: "too_old", message: "", head: 50 } }));
  server.on("message.history", () => ({ error: { code: "not_found", message: "" } }));
  await assert.rejects(parley.send(CHAT, "hello"), (error: ParleyError) => error.code === "not_found");
  assert.deepEqual(states(parley), ["failed"]);
  server.on("message.send", () => at(51));
  const next = parley.send(CHAT, "next");
  await clock.pass(0);
  assert.equal((await next).seq, 51);
});

test("after a restore `after` falls to the new head, never rises", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  for (let seq = 1; seq <= 9; seq++) server.event(message(seq));
  server.on("message.send", () => undefined);
  const stands = parley.send(CHAT, "hello");
  await clock.pass(0);
  server.incarnation = "b";
  server.entries = [entryOf({ head: 6, n: 6 })];
  server.on("message.send", ({ after }) =>
    after > 6 ? { error: { code: "ahead", message: "", head: 6 } } : at(7));
  server.socket.end(1006);
  await clock.pass(5000);
  assert.equal((await stands).seq, 7);
  assert.equal(server.askedFor("message.send").at(-1)?.["after"], 6);
});

test("signing out gives up what waits, and forgets everything", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  server.on("message.send", () => undefined);
  const refused = assert.rejects(parley.send(CHAT, "x"), (error: ParleyError) => error.code === "stopped");
  await clock.pass(0);
  await parley.signOut();
  await refused;
  assert.deepEqual(await storage.scan(""), [["known", "known 1"]]);
});

test("what is given up while its key is looked for is not stored again", async () => {
  const { clock, server, parley, storage } = await signedIn();
  server.on("message.send", () => ({ error: { code: "too_old", message: "", head: 20 } }));
  server.on("sync", () => undefined);
  const refused = assert.rejects(parley.send(PEER, "x"), (error: ParleyError) => error.code === "stopped");
  await clock.pass(0);
  assert.equal(sends(server).length, 1);
  await parley.signOut();
  await refused;
  await clock.pass(1000);
  assert.deepEqual(await storage.scan(""), [["known", "known 1"]]);
});

test("without a session nothing is kept of an earlier one", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()]);
  server.on("message.send", () => undefined);
  void parley.send(CHAT, "x").catch(() => {});
  await clock.pass(0);
  parley.stop();
  // As another tab does that signs out.
  await storage.write([{ drop: "session" }]);
  const again = makeParley(server, clock, storage);
  assert.equal(await again.load(), undefined);
  assert.deepEqual(await storage.scan(""), [["known", "known 1"]]);
});

test("signing out oneself is not told as if another had done it", async () => {
  const { parley } = await signedIn([], (server) => {
    const { fetch } = server;
    server.fetch = (url, init) => {
      if (url.endsWith("/v1/signout")) server.socket.end(4500);
      return fetch(url, init);
    };
  });
  await parley.signOut();
  assert.deepEqual(parley.status.getSnapshot(), { state: "off" });
});

test("signing out of a disabled account forgets it here, though the server refuses to hear of it", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf()], (server) => {
    const { fetch } = server;
    server.fetch = async (url, init) => url.endsWith("/v1/signout")
      ? Response.json({ code: "account_disabled", detail: "" }, { status: 403 }) : fetch(url, init);
  });
  server.socket.end(4502);
  await clock.pass(0);
  await parley.signOut();
  assert.equal(parley.session.getSnapshot(), undefined);
  assert.deepEqual(await storage.scan(""), [["known", "known 1"]]);
});

test("an edit, a reaction and a delete are shown at once, and stay shown until their event is here", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1, { sender: ME, text: "old", reactions: [{ user: PEER, emoji: "a" }, { user: ME, emoji: "b" }] }));
  server.event(message(2, { sender: ME }));
  await clock.pass(0);
  const shown = (i = 0): MessageView => parley.timeline(CHAT).getSnapshot().items[i] as MessageView;
  server.socket.end(1006);
  server.up = false;
  void parley.edit(CHAT, 1, "new").catch(() => {});
  void parley.react(CHAT, 1, "c").catch(() => {});
  void parley.delete(CHAT, 2).catch(() => {});
  await clock.pass(0);
  assert.deepEqual([shown().text, shown().edited, shown().changing], ["new", true, true]);
  assert.deepEqual(shown().reactions, [{ user: PEER, emoji: "a" }, { user: ME, emoji: "c" }]);
  assert.deepEqual([shown(1).text, shown(1).deleted], [undefined, true]);
  assert.equal(parley.timeline(CHAT).getSnapshot().items.length, 2);

  // They stand, and only then come the events: nothing flickers back meanwhile.
  server.on("message.edit", () => at(3));
  server.on("message.react", () => at(4));
  server.on("message.delete", () => at(5));
  server.on("conversation.events", () => ({ ok: { events: [], head: 2, page: false } }));
  server.up = true;
  await clock.pass(3000);
  assert.equal(server.askedFor("message.delete").length, 1);
  assert.deepEqual([shown().text, shown().changing, shown(1).deleted], ["new", true, true]);
  const by = { conversation: CHAT, n: 2, time: 0, sender: ME, target: 1 };
  server.event({ ...by, seq: 3, rev: 3, type: "edit", text: "new" });
  server.event({ ...by, seq: 4, rev: 4, type: "reaction", emoji: "c" });
  server.event({ ...by, seq: 5, rev: 5, type: "delete", target: 2 });
  await clock.pass(0);
  assert.deepEqual([shown().text, shown().changing, shown(1).deleted], ["new", undefined, true]);
  assert.deepEqual(states(parley), []);
});

test("a change that is refused is taken back, and so is one's own reaction taken away", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1, { sender: ME, text: "old", reactions: [{ user: ME, emoji: "b" }] }));
  await clock.pass(0);
  const shown = (): MessageView => parley.timeline(CHAT).getSnapshot().items[0] as MessageView;
  const refusals: (() => void)[] = [];
  for (const cmd of ["message.edit", "message.react", "message.delete"] as const) {
    server.on(cmd, async () => {
      await new Promise<void>((resolve) => refusals.push(resolve));
      return { error: { code: "cannot_write", message: "" } };
    });
  }
  const changes = [parley.edit(CHAT, 1, "new"), parley.react(CHAT, 1, ""), parley.delete(CHAT, 1)];
  const refused = Promise.all(changes.map((change) => assert.rejects(change)));
  await clock.pass(0);
  assert.equal(shown().deleted, true);
  for (let i = 0; i < 3; i++) {
    await clock.pass(0);
    refusals.shift()?.();
  }
  await refused;
  await clock.pass(0);
  assert.deepEqual([shown().text, shown().edited, shown().deleted], ["old", false, false]);
  assert.deepEqual(shown().reactions, [{ user: ME, emoji: "b" }]);
  assert.equal(shown().changing, undefined);
});

test("a change that waits shows in the list too, in its own conversation alone, and after a restart", async () => {
  const other = entryOf({ conversation: "701", peer: "201", head: 1, n: 1, read: 1, delivered: 1 });
  const { clock, server, parley, storage } = await signedIn([entryOf(), other]);
  server.event(message(1, { sender: ME, text: "old" }));
  await clock.pass(0);
  const untouched = parley.conversation("701").getSnapshot();
  server.up = false;
  server.socket.end(1006);
  void parley.edit(CHAT, 1, "new").catch(() => {});
  await clock.pass(0);
  const last = (of = parley): MessageView | undefined =>
    of.conversations.getSnapshot().find((view) => view.conversation === CHAT)?.last;
  assert.deepEqual([last()?.text, last()?.changing], ["new", true]);
  assert.equal(parley.conversation("701").getSnapshot(), untouched);
  parley.stop();

  const again = makeParley(server, clock, storage);
  await again.load();
  assert.deepEqual([last(again)?.text, last(again)?.changing], ["new", true]);
  server.up = true;
  server.on("message.edit", () => ({ error: { code: "cannot_write", message: "" } }));
  await clock.pass(5000);
  assert.deepEqual([last(again)?.text, last(again)?.changing], ["old", undefined]);
});

test("the list has what waits or was refused, also to somebody new and after a restart", async () => {
  const { clock, server, parley, storage } = await signedIn([entryOf({ head: 1, n: 1, time: 1, last: message(1) })]);
  parley.person("201").getSnapshot();
  await clock.pass(0);
  server.up = false;
  server.socket.end(1006);
  for (const to of [CHAT, "201", ME, "900"]) void parley.send(to, `to ${to}`).catch(() => {});
  parley.stop();
  const again = makeParley(server, clock, storage);
  await again.load();
  const rows = (): unknown[][] => again.conversations.getSnapshot().map(({ conversation, kind, last, outgoing }) =>
    [conversation, kind, last?.text, outgoing?.text, outgoing?.status]);
  // Nobody has the id 900: it may be a group's that is gone.
  assert.deepEqual(new Set(rows()), new Set([
    [CHAT, "direct", "m1", "to 700", "waiting"], ["201", "direct", undefined, "to 201", "waiting"],
    [ME, "self", undefined, "to 100", "waiting"],
  ]));

  server.on("user.get", () => ({ error: { code: "not_found", message: "" } }));
  server.on("message.send", ({ to }) =>
    to === "201" ? { error: { code: "cannot_write", message: "" } } : { ok: { conversation: CHAT, seq: 2, n: 2, time: 2 } });
  server.up = true;
  await clock.pass(5000);
  server.event(message(2, { sender: ME, key: server.askedFor("message.send").find(({ to }) => to === CHAT)?.["key"] }));
  await clock.pass(0);
  assert.deepEqual(rows().filter(([, kind]) => kind === "direct"), [
    ["201", "direct", undefined, "to 201", "failed"], [CHAT, "direct", "m2", undefined, undefined],
  ]);
  await again.discard(again.outbox.getSnapshot().find(({ state }) => state === "failed")?.key ?? "");
  assert.ok(!rows().some(([id]) => id === "201"));
  again.stop();
});

test("what was refused stands in the list until something else is said, and is marked there then", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1, time: 1, last: message(1) })]);
  const row = (): unknown => parley.conversations.getSnapshot().map(({ last, outgoing, refused }) =>
    [last?.text, outgoing?.text, refused]);
  server.on("message.send", () => ({ error: { code: "cannot_write", message: "" } }));
  await assert.rejects(parley.send(CHAT, "hello"));
  assert.deepEqual(row(), [["m1", "hello", true]]);
  server.event(message(2, { time: clock.wall() + 1000 }));
  await clock.pass(0);
  assert.deepEqual(row(), [["m2", undefined, true]]);
  await parley.discard(parley.outbox.getSnapshot()[0]?.key ?? "");
  assert.deepEqual(row(), [["m2", undefined, undefined]]);
});

test("a message that is given on is shown while it waits, and stays when it is refused", async () => {
  const { clock, server, parley } = await signedIn([entryOf({ head: 1, n: 1 })]);
  const shown = (): unknown => parley.timeline(CHAT).getSnapshot().items.map((item) =>
    (item.type === "message" ? [item.text, item.forwarded, item.status] : []));
  server.on("message.forward", () => undefined);
  const stands = parley.forward("701", 1, CHAT, "worth telling");
  await clock.pass(0);
  assert.deepEqual(shown(), [["worth telling", true, "waiting"]]);
  server.on("message.forward", () => ({ error: { code: "cannot_write", message: "no" } }));
  server.socket.end(1006);
  await assert.rejects(Promise.all([stands, clock.pass(5000)]));
  assert.deepEqual(shown(), [["worth telling", true, "failed"]]);
  server.on("message.forward", ({ key, seq, text }) => {
    assert.deepEqual([seq, text], [1, undefined]);
    server.event(message(2, { sender: ME, key, text: "worth telling", forwarded: true }));
    return at(2);
  });
  await parley.retry(parley.outbox.getSnapshot()[0]?.key ?? "");
  await clock.pass(0);
  assert.deepEqual([shown(), states(parley)], [[["worth telling", true, "sent"]], []]);
  server.on("message.forward", () => ({ error: { code: "not_found", message: "deleted meanwhile" } }));
  await assert.rejects(parley.forward("701", 2, CHAT, "regretted"));
  assert.deepEqual(shown(), [["worth telling", true, "sent"], ["", true, "failed"]]);
});

/** The outbox of a tab that does not lead. */
function following(shared: boolean) {
  const clock = new ManualClock();
  const storage = new MemoryStorage();
  const told: OutboxNews[] = [];
  const outbox = new Outbox(clock, storage, {
    leads: () => false,
    shared: () => shared,
    tell: (news) => told.push(structuredClone(news)),
    online: () => true,
    request: () => Promise.reject(new Error("it sends nothing")),
    cursor: () => 0,
    listed: () => Promise.resolve(),
    find: () => Promise.resolve(undefined),
    stands: () => false,
    refused: () => {},
    startOver: () => Promise.resolve(),
    changed: () => {},
  });
  return { clock, storage, told, outbox };
}

test("where it is never told what became of a command, who said it is told so", async () => {
  const { clock, storage, outbox } = following(true);
  const stands = assert.rejects(outbox.append("message.send", { to: PEER, text: "hello" }, PEER), { code: "timeout" });
  await settle();
  await storage.write([{ drop_prefix: "outbox/" }]);
  await outbox.reload();
  assert.deepEqual(outbox.items(), []);
  await clock.pass(10_000);
  await stands;
});

test("a tab with a storage of its own drops what another one sent, and nothing that is merely not stored", async () => {
  const { storage, told, outbox } = following(false);
  const stands = outbox.append("message.send", { to: PEER, text: "hello" }, PEER);
  await settle();
  await storage.write([{ drop_prefix: "outbox/" }]);
  await outbox.reload();
  const [item] = outbox.items();
  assert.equal(item?.args["text"], "hello");
  await storage.write([{ put: `outbox/${String(item?.order).padStart(16, "0")}/${item?.key}`, value: item }]);
  const reply = { conversation: CHAT, seq: 1, n: 1, time: 0 };
  await outbox.heard({ item: { ...told[0]!.item, state: "sent", conversation: CHAT, seq: 1 }, reply });
  assert.equal((await stands).seq, 1);
  assert.deepEqual(await storage.scan("outbox/"), []);
});

test("a command's own event settles it while it still waits here, unless its reply holds more", async () => {
  const { outbox } = following(true);
  const stands = outbox.append("message.send", { to: PEER, text: "hello" }, PEER);
  const invite = outbox.append("group.invite", { conversation: CHAT }, CHAT);
  await settle();
  const [first, other] = outbox.items();
  outbox.applied(message(1, { key: first!.key }));
  assert.equal((await stands).seq, 1);
  outbox.applied(message(2, { key: other!.key }));
  assert.equal(await Promise.race([invite, settle().then(() => "waits")]), "waits");
});
