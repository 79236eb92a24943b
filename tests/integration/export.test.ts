/** The export of everything one has: that it is all, and no more; that it holds up nobody, and that
 * nobody holds it up. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as net from "node:net";
import { after, before, test } from "node:test";
import type { AccountExportReply, ChatEvent, EventMessage, Id } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { PASSWORD, befriend, everybodyLeaves, people, person } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server, ofOneNode } from "./harness/server.ts";
import { PATIENCE, eventually, sleep, within } from "./harness/wait.ts";

let server: Server;
before(async () => {
  server = await Server.start({ idle_ms: 3000 * PATIENCE });
});
after(() => server.end());
test.afterEach(() => everybodyLeaves());

const PATH = "/v1/account/export";
const exported = (who: Person): Promise<AccountExportReply> => who.rest.call("account.export", {}, who.token);

/** A connection that asks for the export by itself, and reads when told to. */
class Slow {
  readonly socket: net.Socket;
  readonly ended: Promise<void>;
  text = "";

  constructor(token: string, from = server, request = `GET ${PATH} HTTP/1.1`) {
    this.socket = net.connect(from.port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.ended = new Promise((resolve) => this.socket.on("close", () => resolve()));
    this.socket.write(`${request}\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    this.socket.pause();
  }

  /** Looks at the first bytes, and reads no more. */
  async status(): Promise<number> {
    await within(new Promise((resolve) => this.socket.once("readable", resolve)), "an answer");
    this.text += (this.socket.read() as Buffer | null)?.toString("latin1") ?? "";
    return Number(this.text.split(" ")[1]);
  }

  reads(): void {
    this.socket.on("data", (data) => (this.text += data.toString("latin1")));
    this.socket.resume();
  }
}

function memoryOf(one: Server): number {
  const status = readFileSync(`/proc/${one.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function fills(raws: Raw[], to: Id, n: number, text: string): Promise<void> {
  let left = n;
  const one = async (raw: Raw): Promise<void> => {
    while (left > 0) {
      const round = Math.min(left, 25);
      left -= round;
      await Promise.all(Array.from({ length: round }, () => raw.ok("message.send", { to, text })));
    }
  };
  await Promise.all(raws.map(one));
}

test("all that one has, and nothing that one may not read", async () => {
  const [ann, bob, eve, fay] = (await people(server, "ann", "bob", "eve", "fay")) as
    [Person, Person, Person, Person];
  const [a, b] = [await ann.raw(), await bob.raw()];
  const { conversation: asked } = await (await fay.raw()).ok("message.send", { to: ann.user, text: "may I?" });
  await a.ok("account.set_profile", { about: "me" });
  const { conversation: direct } = await a.ok("message.send", { to: bob.user, text: "hello \"b\" \u{1f600}" });
  const { seq: edited } = await a.ok("message.send", { to: bob.user, text: "tpyo" });
  await a.ok("message.edit", { conversation: direct, seq: edited, text: "typo" });
  const { seq: deleted } = await a.ok("message.send", { to: bob.user, text: "gone" });
  await a.ok("message.delete", { conversation: direct, seq: deleted });
  const { seq: hidden } = await a.ok("message.send", { to: bob.user, text: "not for me" });
  await a.ok("message.hide", { conversation: direct, seq: hidden });
  const { conversation: notes } = await a.ok("message.send", { to: ann.user, text: "milk" });
  const { conversation: group } = await b.ok("group.create", { title: "us", members: [eve.user], history: "joined" });
  await b.ok("message.send", { to: group, text: "before" });
  await b.ok("group.add", { conversation: group, user: ann.user });
  await b.ok("message.send", { to: group, text: "while" });
  await b.ok("group.remove", { conversation: group, user: ann.user });
  await b.ok("message.send", { to: group, text: "after" });
  await a.ok("contact.request", { user: eve.user });
  await a.ok("user.block", { user: bob.user });
  await a.ok("message.star", { conversation: direct, seq: 1 });
  await a.ok("draft.set", { conversation: notes, text: "brea" });
  await a.ok("preferences.set", { conversation: notes, archived: true });

  const all = await exported(ann);
  assert.equal(all.version, 1);
  const { account } = all;
  assert.deepEqual(account, await a.ok("account.get", {}));
  assert.deepEqual(all.devices, (await a.ok("device.list", {})).devices);
  assert.deepEqual(all.blocked, [bob.user]);
  assert.deepEqual(all.contacts, (await a.ok("contact.list", {})).contacts);
  assert.deepEqual(all.drafts.map(({ conversation, text }) => [conversation, text]), [[notes, "brea"]]);
  assert.deepEqual(all.starred, [{ conversation: direct, seq: 1 }]);
  assert.deepEqual(all.conversations.map(({ conversation }) => conversation), [asked, direct, notes, group].sort());
  for (const { events, members, ...entry } of all.conversations) {
    const now = await a.ok("conversation.get", { conversation: entry.conversation });
    assert.deepEqual({ ...entry, members }, now);
    const { events: pages } = await a.ok("message.history", { conversation: entry.conversation });
    assert.deepEqual(events, pages);
  }
  const textsOf = (id: Id): (string | undefined)[] => messagesOf(all, id).map(({ text }) => text);
  assert.deepEqual(textsOf(direct), ["hello \"b\" \u{1f600}", "typo", undefined, undefined]);
  assert.deepEqual(textsOf(group), ["while"]);
  assert.equal(all.conversations.find(({ conversation }) => conversation === notes)?.archived, true);
  for (const word of ["gone", "not for me"]) assert.ok(!JSON.stringify(all).includes(word));
  for (const secret of [ann.token, PASSWORD]) assert.ok(!JSON.stringify(all).includes(secret));
});

function messagesOf(all: AccountExportReply, id: Id): EventMessage[] {
  const events: ChatEvent[] = all.conversations.find(({ conversation }) => conversation === id)?.events ?? [];
  return events.filter((event): event is EventMessage => event.type === "message");
}

test("more conversations than a page, none missing while they move", async () => {
  const ann = await person(server, "ann");
  const raw = await ann.raw();
  const groups = await Promise.all(Array.from({ length: 130 }, async (_, i) =>
    (await raw.ok("group.create", { title: `g${i}`, members: [] })).conversation));
  let moves = true;
  const moving = (async () => {
    for (let i = 0; moves; i++) await raw.ok("message.send", { to: groups[i % groups.length] as Id, text: "up" });
  })();
  const all = await exported(ann);
  moves = false;
  await moving;
  assert.deepEqual(all.conversations.map(({ conversation }) => conversation), [...groups].sort());
  for (const { events, head } of all.conversations)
    assert.deepEqual(events.map(({ seq }) => seq), Array.from({ length: head }, (_, i) => i + 1));
});

test("100,000 messages: whole, in bounded memory, while others are served",
  { timeout: 480_000, ...ofOneNode("the memory of one process") }, async (t) => {
  const MESSAGES = 100_000 / PATIENCE;
  const all = await people(server, "ann", "bob", "eve", "joe", "kim");
  const [ann, bob, eve] = all as [Person, Person, Person];
  await befriend(eve, bob);
  const raws = await Promise.all(Array.from({ length: 8 }, () => ann.raw()));
  const { conversation } = await (raws[0] as Raw).ok("group.create",
    { title: "all", members: all.slice(1).map(({ user }) => user), history: "all" });
  await fills(raws, conversation, MESSAGES, "x".repeat(200));
  for (const raw of raws) raw.close();
  const other = await eve.raw();
  const before = memoryOf(server);
  let most = before;
  /** How long sends of another take, while `during` goes on: 90 in 100 of them. */
  const usual = async (during: Promise<unknown>): Promise<number> => {
    const took: number[] = [];
    let over = false;
    void during.finally(() => (over = true));
    while (!over) {
      const at = performance.now();
      await other.ok("message.send", { to: bob.user, text: "still there?" });
      took.push(performance.now() - at);
      most = Math.max(most, memoryOf(server));
      await sleep(5);
    }
    return took.sort((x, y) => x - y)[Math.floor(took.length * 0.9)] as number;
  };
  const alone = await usual(sleep(1000));
  const at = performance.now();
  const whole = new Slow(ann.token);
  whole.reads();
  const beside = await usual(whole.ended);
  const ms = performance.now() - at;
  const [head] = whole.text.split("\r\n\r\n", 1) as [string];
  assert.match(head, /^HTTP\/1.1 200 OK[^]*transfer-encoding: chunked/i);
  const [group] = (JSON.parse(unchunked(whole.text.slice(head.length + 4))) as AccountExportReply).conversations;
  assert.equal(group?.events.length, MESSAGES + 1);
  group?.events.forEach((event, i) => assert.equal(event.seq, i + 1));
  const grown = (most - before) / 1024 / 1024;
  t.diagnostic(`${MESSAGES} messages in ${Math.round(ms)} ms; 90% of another's sends within ${beside.toFixed(1)} ms ` +
    `meanwhile, ${alone.toFixed(1)} ms without; ${grown.toFixed(1)} MiB more`);
  assert.ok(beside < 1000 * PATIENCE + 10 * alone, `90% within ${beside} ms, ${alone} ms without`);
  assert.ok(PATIENCE > 1 || grown < 64, `${grown} MiB more`);

  // Whoever never reads holds a part, and not for ever. One of each user, four of all.
  const silent = await Promise.all(all.slice(0, 4).map((one) => holds(one)));
  await answers(all[4] as Person, 503);
  for (const one of all.slice(0, 4)) assert.equal(await statusOf(one), 429);
  const held = memoryOf(server);
  assert.ok(PATIENCE > 1 || held - before < 64 * 1024 * 1024);
  await answers(ann, 200);
  for (const { socket } of silent) socket.destroy();

  // Whoever goes away makes room.
  (await holds(ann)).socket.destroy();
  await answers(ann, 200);

  // Who is signed out meanwhile gets no end.
  const cut = await holds(ann);
  await ann.rest.call("signout", {}, ann.token);
  cut.reads();
  await within(cut.ended, "it is cut");
  assert.match(cut.text.slice(0, 20), /^HTTP\/1.1 200 OK/);
  assert.ok(!cut.text.endsWith("0\r\n\r\n"));
});

/** The body of a chunked answer that is whole (RFC 9112, 7.1). */
function unchunked(text: string): string {
  const parts: string[] = [];
  for (let at = 0; ; ) {
    const end = text.indexOf("\r\n", at);
    const n = parseInt(text.slice(at, end), 16);
    assert.ok(end > at && n >= 0, "a chunk");
    if (n === 0) {
      assert.equal(text.slice(end), "\r\n\r\n");
      return parts.join("");
    }
    parts.push(text.slice(end + 2, end + 2 + n));
    at = end + 2 + n;
    assert.equal(text.slice(at, at + 2), "\r\n");
    at += 2;
  }
}

/** An export that has begun, and is not read. */
function holds(who: Person): Promise<Slow> {
  return eventually(async () => {
    const one = new Slow(who.token);
    if ((await one.status()) === 200) return one;
    one.socket.destroy();
    return undefined;
  }, `${who.name} is let begin`);
}

async function statusOf(who: Person): Promise<number> {
  const asked = new Slow(who.token);
  const status = await asked.status();
  asked.socket.destroy();
  return status;
}

async function answers(who: Person, status: number): Promise<void> {
  await eventually(async () => (await statusOf(who)) === status || undefined, `${who.name} is answered ${status}`);
}

test("a user exports so often and no more", async () => {
  const limited = await Server.start({ exports_burst: 2, exports_per_min: 1 });
  try {
    const ann = await person(limited, "ann");
    for (let i = 0; i < 2; i++) await exported(ann);
    await assert.rejects(exported(ann), (error: { code: string; retry_after_ms?: number }) =>
      error.code === "rate_limited" && (error.retry_after_ms ?? 0) > 10_000);
  } finally {
    await limited.end();
  }
});

test("the library hands it on", async () => {
  const device = await (await person(server, "ann")).on("first");
  const response = await device.parley.exportAccount();
  assert.equal(((await response.json()) as AccountExportReply).account.user, device.user);
});

test("a socket does not take it", async () => {
  const raw = await (await person(server, "ann")).raw();
  assert.equal((await raw.refused("account.export", {})).code, "unknown_command");
});

test("HTTP/1.0 gets it to the connection's end; a server that ends cuts it, and does not wait", async () => {
  const other = await Server.start({ drain_ms: 18_000 * PATIENCE });
  try {
    const ann = await person(other, "ann");
    const raws = await Promise.all(Array.from({ length: 4 }, () => ann.raw()));
    await fills(raws, ann.user, 2500, "x".repeat(4000));
    const old = new Slow(ann.token, other, `GET ${PATH} HTTP/1.0`);
    old.reads();
    await within(old.ended, "its end");
    const [top, body] = old.text.split("\r\n\r\n") as [string, string];
    assert.ok(!/transfer-encoding|content-length/i.test(top), top);
    assert.equal((JSON.parse(body) as AccountExportReply).conversations[0]?.events.length, 2500);

    const cut = new Slow(ann.token, other);
    assert.equal(await cut.status(), 200);
    const at = performance.now();
    await other.stop();
    assert.ok(performance.now() - at < 12_000 * PATIENCE);
    cut.socket.destroy();
  } finally {
    await other.end();
  }
});
