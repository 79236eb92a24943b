/** Drafts: told as often as is useful, the last one wins, and sending takes them away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventDraft, Seq } from "../src/api.ts";
import { LIMITS } from "../src/api.ts";
import { MemoryStorage } from "../src/storage.ts";
import type { FakeServer, Rig } from "./rig.ts";
import { CHAT, ME, PEER, entryOf, makeParley, message, signedIn } from "./rig.ts";

const OWN = entryOf({ conversation: ME, kind: "own", head: 1 });
const CHATS = [entryOf({ head: 1, n: 1 }), OWN];

function drafted(seq: Seq, text: string, more: Partial<EventDraft> = {}): EventDraft {
  return { conversation: ME, seq, n: 0, rev: seq, time: seq, sender: ME, type: "draft", subject: CHAT, text, ...more };
}

/** A server that writes drafts down and tells of them. */
function writes(server: FakeServer): void {
  let seq = 1;
  server.on("draft.set", ({ text, reply_to }) => {
    seq++;
    server.event(drafted(seq, text as string, reply_to === undefined ? {} : { reply_to: reply_to as Seq }));
    return { ok: { conversation: ME, seq, n: 0, time: seq } };
  });
}

const rig = (storage = new MemoryStorage()): Promise<Rig> => signedIn(CHATS, writes, storage);
const told = (server: FakeServer): unknown[] => server.askedFor("draft.set").map(({ text }) => text);
const shown = ({ parley }: Rig): string | undefined => parley.personal.draft(CHAT).getSnapshot()?.text;

test("what is typed shows at once and is told every 5 s, the last of it", async () => {
  const all = await rig();
  const { clock, parley, server } = all;
  for (let i = 1; i <= 12; i++) {
    parley.personal.setDraft(CHAT, "x".repeat(i));
    assert.equal(shown(all), "x".repeat(i));
    await clock.pass(1000);
  }
  assert.deepEqual(told(server), ["x".repeat(5), "x".repeat(10)]);
  await clock.pass(5000);
  assert.deepEqual(told(server), ["x".repeat(5), "x".repeat(10), "x".repeat(12)]);
  await clock.pass(60_000);
  assert.equal(told(server).length, 3);
});

test("leaving the conversation tells it without waiting, but no sooner than 5 s after the one before", async () => {
  const { clock, parley, server } = await rig();
  const close = parley.open(CHAT);
  parley.personal.setDraft(CHAT, "hel");
  close();
  await clock.pass(0);
  assert.deepEqual(told(server), ["hel"]);
  parley.personal.setDraft(CHAT, "hello");
  parley.personal.flushDraft(CHAT);
  await clock.pass(4900);
  assert.deepEqual(told(server), ["hel"]);
  await clock.pass(200);
  assert.deepEqual(told(server), ["hel", "hello"]);
});

test("signing out tells what was typed first, and does not wait for a server that will not take it", async () => {
  const { parley, server } = await rig();
  parley.personal.setDraft(CHAT, "half a");
  await parley.signOut();
  assert.deepEqual(told(server), ["half a"]);

  const busy = await signedIn(CHATS, (server) => server.on("draft.set", () => ({ error: { code: "rate_limited", retry_after_ms: 60_000 } })));
  busy.parley.personal.setDraft(CHAT, "half a");
  const out = busy.parley.signOut();
  await busy.clock.pass(6500);
  await out;
  assert.equal(busy.parley.session.getSnapshot(), undefined);
});

test("signing out takes along what was typed since the server was told, and while it was", async () => {
  for (const gap of [0, 2000]) {
    const all = await signedIn(CHATS);
    const { clock, parley, server } = all;
    let taken = -Infinity;
    let seq = 1;
    // As it does: of each conversation one every 5 s, and an answer takes a while.
    server.on("draft.set", async () => {
      if (clock.now() - taken < 5000) return { error: { code: "rate_limited", message: "", retry_after_ms: 1000 } };
      taken = clock.now();
      await new Promise<void>((resolve) => clock.after(300, resolve));
      return { ok: { conversation: ME, seq: ++seq, n: 0, time: 1 } };
    });
    parley.personal.setDraft(CHAT, "half");
    await clock.pass(5000 + gap);
    assert.deepEqual(told(server), ["half"]);
    parley.personal.setDraft(CHAT, "half a thought");
    let left: number | undefined;
    void parley.personal.flushDrafts().then((count) => (left = count));
    await clock.pass(6500);
    assert.deepEqual([told(server).at(-1), left], ["half a thought", 0]);
  }
});

test("before one signs out one learns how many drafts no server has", async () => {
  const storage = new MemoryStorage();
  const all = await rig(storage);
  const { clock, parley, server } = all;
  const left = async (): Promise<number | undefined> => {
    let count: number | undefined;
    void parley.personal.flushDrafts().then((now) => (count = now));
    await clock.pass(6500);
    return count;
  };
  assert.equal(await left(), 0);
  parley.personal.setDraft(CHAT, "well");
  assert.equal(await left(), 0);
  // With a person one has no conversation with; in another tab; too long; refused; without a connection.
  parley.personal.setDraft("999", "hello, we have not");
  assert.equal(await left(), 1);
  parley.personal.setDraft("999", "");
  assert.equal(await left(), 0);
  await storage.write([{ put: "draft/77", value: { text: "of another tab" } }, { put: "draft/78", value: { text: "", over: [""] } }]);
  assert.equal(await left(), 1);
  await storage.write([{ drop: "draft/77" }]);
  parley.personal.setDraft(CHAT, "x".repeat(LIMITS.text_bytes_max + 1));
  assert.equal(await left(), 1);
  server.on("draft.set", () => ({ error: { code: "full", message: "" } }));
  parley.personal.setDraft(CHAT, "one too many");
  assert.equal(await left(), 1);
  writes(server);
  parley.personal.setDraft(CHAT, "one less");
  assert.equal(await left(), 0);
  cut(all);
  parley.personal.setDraft(CHAT, "without a connection");
  assert.equal(await left(), 1);
});

test("sending takes the draft away, at once where the server has it, and silently where it has not", async () => {
  const all = await rig();
  const { clock, parley, server } = all;
  server.on("message.send", () => ({ ok: { conversation: CHAT, seq: 2, n: 2, time: 2 } }));
  parley.personal.setDraft(CHAT, "hello");
  await parley.send(CHAT, "hello");
  await clock.pass(10_000);
  assert.deepEqual([shown(all), told(server)], [undefined, []]);
  parley.personal.setDraft(CHAT, "again");
  await clock.pass(5000);
  assert.deepEqual(told(server), ["again"]);
  await parley.send(CHAT, "again");
  await clock.pass(0);
  assert.deepEqual([shown(all), told(server)], [undefined, ["again", ""]]);
});

test("what is sent while its draft is on the way is taken away behind it", async () => {
  const all = await rig();
  const { clock, parley, server } = all;
  const answers: (() => void)[] = [];
  server.on("draft.set", () => new Promise((resolve) =>
    answers.push(() => resolve({ ok: { conversation: ME, seq: 1 + answers.length, n: 0, time: 1 } }))));
  parley.personal.setDraft(CHAT, "hello");
  await clock.pass(5000);
  parley.personal.sent(CHAT);
  await clock.pass(0);
  assert.deepEqual(told(server), ["hello"]);
  answers[0]?.();
  await clock.pass(0);
  assert.deepEqual([shown(all), told(server)], [undefined, ["hello", ""]]);
});

test("another device's draft shows, with what it answers, and an older word of it does not", async () => {
  const all = await rig();
  const { clock, parley, server } = all;
  const { text: _, ...replaced } = drafted(2, "", { rev: 3 });
  server.event(replaced); // of a page: it says nothing
  await clock.pass(0);
  assert.equal(parley.personal.draft(CHAT).getSnapshot(), undefined);
  server.event(drafted(3, "from the phone", { reply_to: 1 }));
  await clock.pass(0);
  assert.deepEqual(parley.personal.draft(CHAT).getSnapshot(), { text: "from the phone", reply_to: 1 });
  server.event(drafted(4, ""));
  await clock.pass(0);
  assert.equal(shown(all), undefined);
  parley.personal.setDraft(CHAT, "typed here");
  server.event(drafted(5, "typed there"));
  await clock.pass(0);
  assert.equal(shown(all), "typed here");
});

test("an event from before what one wrote down, told late, takes nothing back", async () => {
  const all = await rig();
  const { clock, parley, server } = all;
  server.on("draft.set", () => ({ ok: { conversation: ME, seq: 3, n: 0, time: 3 } }));
  parley.personal.setDraft(CHAT, "mine, later");
  await clock.pass(5000);
  server.event(drafted(2, "another's, before"));
  await clock.pass(0);
  assert.equal(shown(all), "mine, later");
});

test("of the drafts of a conversation the newest alone is stored", async () => {
  const storage = new MemoryStorage();
  const { clock, server } = await rig(storage);
  for (const [i, text] of ["one", "two", "three"].entries()) server.event(drafted(2 + i, text));
  await clock.pass(0);
  const rows = JSON.stringify(await storage.scan("copy/row/"));
  assert.ok(!rows.includes("one") && !rows.includes("two") && rows.includes("three"), rows);
});

test("a new device reads them all, in pages", async () => {
  const many = Array.from({ length: 120 }, (_, i) => ({ conversation: String(1000 + i), seq: i + 1, time: 1, text: `d${i}` }));
  const { parley, server } = await signedIn(CHATS, (fake) =>
    fake.on("draft.list", ({ after_conversation, limit }) => ({
      ok: { drafts: many.filter((one) => Number(one.conversation) > Number(after_conversation ?? 0)).slice(0, limit) },
    })));
  assert.equal(parley.personal.draft("1000").getSnapshot()?.text, "d0");
  assert.equal(parley.personal.draft("1119").getSnapshot()?.text, "d119");
  assert.ok(server.askedFor("draft.list").length >= 3);
});

test("what was typed outlives a restart and a lost connection", async () => {
  const storage = new MemoryStorage();
  const all = await rig(storage);
  const { clock, parley, server } = all;
  server.up = false;
  server.socket.end(1006);
  parley.personal.setDraft(CHAT, "unsent");
  await clock.pass(20_000);
  assert.deepEqual(told(server), []);
  parley.stop();
  const again = makeParley(server, clock, storage);
  await again.load();
  assert.equal(again.personal.draft(CHAT).getSnapshot()?.text, "unsent");
  server.up = true;
  again.retryNow();
  await clock.pass(5000);
  assert.deepEqual(told(server), ["unsent"]);
  assert.deepEqual(await storage.scan("draft/"), []);
  again.stop();
});

test("a server that asks to wait is told later, and one that refuses is not asked again", async () => {
  const { clock, parley, server } = await rig();
  let answer: unknown = { error: { code: "rate_limited", message: "", retry_after_ms: 2000 } };
  server.on("draft.set", () => answer as { ok: unknown });
  parley.personal.setDraft(CHAT, "hello");
  await clock.pass(5000);
  assert.equal(told(server).length, 1);
  answer = { error: { code: "full", message: "" } };
  await clock.pass(10_000);
  assert.equal(told(server).length, 2);
  await clock.pass(60_000);
  assert.equal(told(server).length, 2);
});

test("what the server refuses stays where it was typed, over a restart, and is told once it is another text", async () => {
  const storage = new MemoryStorage();
  const all = await rig(storage);
  const { clock, parley, server } = all;
  server.on("draft.set", () => ({ error: { code: "full", message: "" } }));
  parley.personal.setDraft(CHAT, "one too many");
  await clock.pass(60_000);
  assert.deepEqual([shown(all), told(server)], ["one too many", ["one too many"]]);
  parley.stop();
  const again = makeParley(server, clock, storage);
  await again.load();
  await clock.pass(20_000);
  assert.equal(again.personal.draft(CHAT).getSnapshot()?.text, "one too many");
  writes(server);
  again.personal.setDraft(CHAT, "one less");
  await clock.pass(20_000);
  assert.equal(told(server).at(-1), "one less");
  assert.deepEqual(await storage.scan("draft/"), []);
  again.stop();
});

test("a text that is too long for a message is kept and told to nobody, until it is shorter", async () => {
  for (const bytes of [LIMITS.text_bytes_max + 1, 70_000]) {
    const storage = new MemoryStorage();
    const all = await rig(storage);
    const { clock, parley, server } = all;
    const text = `ä${"x".repeat(bytes - 2)}`;
    parley.personal.setDraft(CHAT, text);
    parley.personal.flushDraft(CHAT);
    cut(all);
    await back(all);
    assert.deepEqual([shown(all), told(server)], [text, []]);
    assert.equal((await storage.scan("draft/")).length, 1);
    parley.personal.setDraft(CHAT, text.slice(0, LIMITS.text_bytes_max - 1));
    await clock.pass(20_000);
    assert.equal(told(server).length, 1);
  }
});

test("what is typed to somebody one has no conversation with yet is kept, and told once there is one", async () => {
  const storage = new MemoryStorage();
  const { clock, parley, server } = await signedIn([OWN], writes, storage);
  parley.personal.setDraft(PEER, "hello, we have not");
  await clock.pass(20_000);
  parley.stop();
  const again = makeParley(server, clock, storage);
  await again.load();
  again.person(PEER).getSnapshot();
  await clock.pass(20_000);
  assert.equal(again.personal.draft(PEER).getSnapshot()?.text, "hello, we have not");
  assert.deepEqual(told(server), []);
  const listed = (): unknown[] => again.conversations.getSnapshot().map(({ conversation, peer }) => [conversation, peer]);
  assert.deepEqual(listed(), [[PEER, PEER]]);
  // The other one is faster.
  server.entries = CHATS;
  server.event(message(1));
  await clock.pass(20_000);
  assert.equal(again.personal.draft(PEER).getSnapshot(), undefined);
  assert.equal(again.personal.draft(CHAT).getSnapshot()?.text, "hello, we have not");
  assert.deepEqual(listed(), [[CHAT, PEER]]);
  assert.deepEqual(told(server), ["hello, we have not"]);
  assert.deepEqual(await storage.scan("draft/"), []);
  again.stop();
});

test("a draft where nothing was said has a row before all others for as long as there is one, not to whom one blocks", async () => {
  const { clock, parley, server } = await signedIn([
    entryOf({ head: 1, time: 3 }), entryOf({ conversation: "701", peer: "201", head: 1, n: 1, time: 5 }), OWN,
  ], writes);
  const listed = async (): Promise<unknown> => {
    await clock.pass(20_000);
    return parley.conversations.getSnapshot().map(({ conversation }) => conversation);
  };
  parley.personal.setDraft(CHAT, " ");
  assert.deepEqual(await listed(), ["701"]);
  parley.personal.setDraft(CHAT, "hello");
  assert.deepEqual(await listed(), [CHAT, "701"]);
  assert.deepEqual(told(server), [" ", "hello"]);
  parley.person("202").getSnapshot();
  parley.personal.setDraft("202", "and you");
  assert.deepEqual(await listed(), [CHAT, "202", "701"]);
  const [, row] = parley.conversations.getSnapshot();
  server.event(message(2, { conversation: "701", sender: "201" }));
  assert.deepEqual(await listed(), [CHAT, "202", "701"]);
  assert.equal(parley.conversations.getSnapshot()[1], row);
  for (const [seq, user] of [[4, "202"], [5, PEER]] as const) {
    server.event({ conversation: ME, seq, n: 0, rev: seq, time: seq, sender: ME, type: "block", user });
  }
  assert.deepEqual(await listed(), ["701"]);
});

test("the first message to somebody takes what was typed away", async () => {
  const storage = new MemoryStorage();
  const { clock, parley, server } = await signedIn([OWN], writes, storage);
  parley.personal.setDraft(PEER, "hello");
  void parley.send(PEER, "hello").catch(() => {});
  await clock.pass(20_000);
  assert.equal(parley.personal.draft(PEER).getSnapshot(), undefined);
  assert.deepEqual([told(server), await storage.scan("draft/")], [[], []]);
});

/** A server that has drafts to list, of which `standing` is the one in the chat. */
async function withStanding(storage = new MemoryStorage()): Promise<Rig & { standing: { seq: Seq; text: string } }> {
  const standing = { seq: 1, text: "" };
  const all = await signedIn(CHATS, (server) => {
    server.on("draft.list", () => ({
      ok: { drafts: standing.text === "" ? [] : [{ conversation: CHAT, time: 1, ...standing }] },
    }));
    server.on("draft.set", ({ text }) => {
      standing.text = text as string;
      standing.seq++;
      return { ok: { conversation: ME, seq: standing.seq, n: 0, time: 1 } };
    });
    server.on("message.send", () => ({ ok: { conversation: CHAT, seq: 2, n: 2, time: 2 } }));
  }, storage);
  return { ...all, standing };
}

function cut({ server }: Rig): void {
  server.up = false;
  server.socket.end(1006);
}

async function back({ clock, parley, server }: Rig): Promise<void> {
  server.up = true;
  parley.retryNow();
  await clock.pass(20_000);
}

test("what is sent without a connection takes its draft away later, and no draft that another device began since", async () => {
  for (const since of ["", "from the phone"]) {
    const all = await withStanding();
    const { clock, parley, server, standing } = all;
    parley.personal.setDraft(CHAT, "hello");
    await clock.pass(5000);
    cut(all);
    await clock.pass(0);
    void parley.send(CHAT, "hello").catch(() => {});
    await clock.pass(60_000);
    assert.equal(shown(all), undefined);
    if (since) Object.assign(standing, { seq: 9, text: since });
    await back(all);
    assert.equal(standing.text, since);
    assert.equal(shown(all) ?? "", since);
    assert.equal(told(server).length, since ? 1 : 2);
  }
});

test("nor does it after a restart", async () => {
  for (const since of ["", "from the phone"]) {
    const storage = new MemoryStorage();
    const all = await withStanding(storage);
    const { clock, parley, server, standing } = all;
    parley.personal.setDraft(CHAT, "hello");
    await clock.pass(5000);
    cut(all);
    await clock.pass(0);
    parley.personal.sent(CHAT);
    await clock.pass(0);
    parley.stop();
    if (since) Object.assign(standing, { seq: 9, text: since });
    const again = makeParley(server, clock, storage);
    await again.load();
    await back({ ...all, parley: again });
    assert.equal(standing.text, since);
    assert.deepEqual(await storage.scan("draft/"), []);
    again.stop();
  }
});

test("a draft that the server may have is taken away by sending, though nobody answered", async () => {
  const all = await withStanding();
  const { clock, parley, server, standing } = all;
  server.on("draft.set", ({ text }) => {
    Object.assign(standing, { seq: standing.seq + 1, text });
    if (text !== "") return undefined;
    return { ok: { conversation: ME, seq: standing.seq, n: 0, time: 1 } };
  });
  parley.personal.setDraft(CHAT, "hello");
  await clock.pass(5000);
  cut(all);
  await clock.pass(0);
  void parley.send(CHAT, "hello").catch(() => {});
  assert.equal(standing.text, "hello");
  await back(all);
  assert.equal(standing.text, "");
  assert.equal(shown(all), undefined);
});

test("a draft outlives the message that it answers", async () => {
  const all = await rig();
  const { clock, parley, server } = all;
  const asked: unknown[] = [];
  server.on("draft.set", ({ text, reply_to }) => {
    asked.push([text, reply_to]);
    if (reply_to !== undefined) return { error: { code: "not_found", message: "" } };
    return { ok: { conversation: ME, seq: 2, n: 0, time: 2 } };
  });
  parley.personal.setDraft(CHAT, "well", 1);
  await clock.pass(20_000);
  assert.deepEqual(asked, [["well", 1], ["well", undefined]]);
  assert.deepEqual(parley.personal.draft(CHAT).getSnapshot(), { text: "well" });
});

test("the text of an edit that is refused is begun again, behind what was begun since, after a restart too", async () => {
  const storage = new MemoryStorage();
  const all = await withStanding(storage);
  const { clock, parley, server, standing } = all;
  server.on("message.edit", () => ({ error: { code: "not_found", message: "" } }));
  await assert.rejects(parley.edit(CHAT, 1, "a better text"), { code: "not_found" });
  assert.equal(shown(all), "a better text");
  cut(all);
  await clock.pass(0);
  void parley.edit(CHAT, 1, "the best text").catch(() => {});
  await clock.pass(0);
  parley.stop();
  const again = makeParley(server, clock, storage);
  await again.load();
  await back({ ...all, parley: again });
  assert.equal(shown({ ...all, parley: again }), "a better text\nthe best text");
  assert.equal(standing.text, "a better text\nthe best text");
  assert.deepEqual(again.outbox.getSnapshot(), []);
  again.stop();
});
