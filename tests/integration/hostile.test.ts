/** Clients that mean harm: whatever one does, the others are served and memory stays bounded. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { test } from "node:test";
import type { MessageSendArgs } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { people } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { PATIENCE, eventually, sleep, within } from "./harness/wait.ts";
import { web } from "./harness/web.ts";

/** The longest text there is, which grows sixfold when it is escaped. */
const LONGEST = "\u0001".repeat(8192);
const MIB = 1024 * 1024;

async function withServer(
  options: Parameters<typeof Server.start>, run: (server: Server) => Promise<void>,
): Promise<void> {
  const server = await Server.start(...options);
  try {
    await run(server);
  } finally {
    await server.end();
  }
}

function descriptorsOf(server: Server): number {
  return readdirSync(`/proc/${server.pid}/fd`).length;
}

/** Resident. A sanitizer keeps what is freed, so with one this says nothing. */
function memoryOf(server: Server): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

/** Connections that say this and no more. The server may close them. */
async function silent(server: Server, count: number, said = ""): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    await within(Promise.race([once(socket, "connect"), once(socket, "close")]), "a connection");
    socket.write(said);
    return socket;
  }));
}

/** A message of the longest kind, from `sender`, in each of so many new groups. */
async function groupsWith(sender: Raw, other: Person, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, i) => {
    const { conversation } = await sender.ok("group.create", { title: `group ${i}`, members: [other.user] });
    await sender.ok("message.send", { to: conversation, text: LONGEST });
  }));
}

test("nobody can make another's sync too long to be sent", () => withServer([], async (server) => {
  const [mallory, alice] = (await people(server, "mallory", "alice")) as [Person, Person];
  const raw = await alice.raw();
  let { token } = await raw.ok("sync", {});
  await groupsWith(await mallory.raw(), alice, 180);
  const seen = new Set<string>();
  for (let more = true; more;) {
    const reply = await raw.ok("sync", { token });
    for (const entry of reply.entries) seen.add(entry.conversation);
    ({ more, token } = reply);
  }
  assert.equal(seen.size, 180);
}));

test("a page of the longest messages ends early, and the next goes on", () => withServer([], async (server) => {
  const [alice] = (await people(server, "alice")) as [Person];
  const raw = await alice.raw();
  const sent = await Promise.all(Array.from({ length: 100 }, () =>
    raw.ok("message.send", { to: alice.user, text: LONGEST })));
  const conversation = sent[0]?.conversation as string;
  const all = Array.from({ length: 100 }, (_, i) => i + 1);

  const forth: number[] = [];
  for (let after = 0; after < 100; after = forth.at(-1) as number) {
    const { events } = await raw.ok("conversation.events", { conversation, after, limit: 100 });
    assert.ok(events.length > 0 && events.length < 100);
    forth.push(...events.map((event) => event.seq));
  }
  assert.deepEqual(forth, all);

  const back: number[] = [];
  for (let before = 101; before > 1; before = back[0] as number) {
    const { events } = await raw.ok("message.history", { conversation, before, limit: 100 });
    assert.ok(events.length > 0 && events.length < 100);
    back.unshift(...events.map((event) => event.seq));
  }
  assert.deepEqual(back, all);

  const around = (await raw.ok("message.history", { conversation, around: 50, limit: 100 })).events;
  assert.ok(around.length < 100 && around.some((event) => event.seq === 50));
  const newest = (await raw.ok("message.history", { conversation, limit: 100 })).events;
  assert.equal(newest.at(-1)?.seq, 100);
}));

test("pages that are asked for and not read cost little, and hold up nobody", () => withServer([{ auth_ms: 60_000 }], async (server) => {
  const [mallory, alice] = (await people(server, "mallory", "alice")) as [Person, Person];
  const raw = await mallory.raw();
  const bystander = await alice.raw();
  const sent = await Promise.all(Array.from({ length: 100 }, () =>
    raw.ok("message.send", { to: mallory.user, text: LONGEST })));
  const before = memoryOf(server);
  const path = `/v1/conversations/${sent[0]?.conversation}/messages?limit=100`;
  const ask = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${mallory.token}\r\n\r\n`;
  // Under sanitizers a page costs many times more, and so do all that are asked for together.
  const sockets = await silent(server, Math.ceil(50 / PATIENCE ** 2));
  for (const socket of sockets) {
    socket.pause();
    socket.write(ask.repeat(20 / PATIENCE));
  }
  const greedy = await Promise.all(Array.from({ length: Math.ceil(10 / PATIENCE) }, () => mallory.raw()));
  const asked = greedy.flatMap((one) => Array.from({ length: 16 / PATIENCE }, () =>
    one.ask("message.history", { conversation: sent[0]?.conversation, limit: 100 })));
  let most = 0;
  for (let i = 0; i < 100; i++) {
    await within(bystander.ok("message.send", { to: alice.user, text: `message ${i}` }), "an answer");
    most = Math.max(most, memoryOf(server) - before);
  }
  await Promise.all(asked);
  most = Math.max(most, memoryOf(server) - before);
  assert.ok(PATIENCE > 1 || most < 400 * MIB, `${Math.round(most / MIB)} MiB`);
  for (const socket of sockets) socket.destroy();
}));

test("long polls that wait cost little, and all are answered", () => withServer([], async (server) => {
  const [mallory, alice] = (await people(server, "mallory", "alice")) as [Person, Person];
  const { token } = await mallory.rest.call("sync", {}, mallory.token);
  const body = JSON.stringify({ token, wait: 25 });
  const ask = `POST /v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${mallory.token}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`;
  const before = memoryOf(server);
  const sockets = await silent(server, 400);
  const answers = sockets.map((socket) => within(once(socket, "data"), "an answer"));
  for (const socket of sockets) socket.write(ask);
  // Those behind them are served, so they wait by then.
  const raw = await alice.raw();
  for (let i = 0; i < 50; i++) await raw.ok("account.get", {});
  const cost = memoryOf(server) - before;
  assert.ok(PATIENCE > 1 || cost < 16 * MIB, `${Math.round(cost / MIB)} MiB`);
  await raw.ok("message.send", { to: mallory.user, text: "wake up" });
  for (const [answer] of await Promise.all(answers)) assert.match(String(answer), /^HTTP\/1.1 200 /);
  for (const socket of sockets) socket.destroy();
}));

test("a server that was stopped for a while hears first who is still there", () =>
  withServer([{ heartbeat_ms: 1000, silent_ms: 3000 }], async (server) => {
    const [alice] = (await people(server, "alice")) as [Person];
    const raw = await alice.raw();
    process.kill(server.pid, "SIGSTOP");
    const beats: Promise<unknown>[] = [];
    for (let i = 0; i < 4; i++) {
      await sleep(1000);
      beats.push(raw.ok("beat", {}));
    }
    process.kill(server.pid, "SIGCONT");
    await Promise.all(beats);
    raw.close();
  }));

test("what lay in a server that was stopped is not decided: its sender may have been answered elsewhere", () =>
  withServer([{ heartbeat_ms: 3000, silent_ms: 20_000, net_threads: 1 }], async (server) => {
    const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
    const raw = await alice.raw();
    const { conversation } = await raw.ok("message.send", { to: bob.user, text: "before" });
    const [framed, requested] = ["framed", "requested"].map((key) => ({ to: conversation, text: key, key }));
    process.kill(server.pid, "SIGSTOP");
    const answers = Promise.all([raw.refused("message.send", framed),
      assert.rejects(alice.rest.call("message.send", requested as MessageSendArgs, alice.token), { code: "unavailable" })]);
    await sleep(8500);
    process.kill(server.pid, "SIGCONT");
    const [{ code }] = await answers;
    assert.equal(code, "unavailable");
    assert.equal((await raw.ok("conversation.get", { conversation })).head, 1);
    for (const args of [framed, requested]) await eventually(async () => (await raw.ask("message.send", args)).ok, "it is sent");
    raw.close();
  }));

test("connections leave the store descriptors to write with", () =>
  withServer([{ connections_max: 10_000 }, 256], async (server) => {
    const sockets = await silent(server, 400);
    assert.equal((await web(`${server.base}/healthz`)).status, 200);
    const open = descriptorsOf(server);
    assert.ok(open < 220, `${open} of 256 are open`);
    assert.match(server.log, /connections_max_lowered/);
    for (const socket of sockets) socket.destroy();
    await eventually(() => (descriptorsOf(server) < 60 ? true : undefined), "descriptors to be given back");
  }));

for (const [what, said] of [
  ["say nothing", ""],
  ["stop in a request", "GET /hea"],
  ["have been served", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
] as const) {
  test(`connections that ${what} keep nobody out`, () =>
    withServer([{ connections_max: 100, auth_ms: 20_000, idle_ms: 60_000 }], async (server) => {
      const [alice] = (await people(server, "alice")) as [Person];
      const sockets = await silent(server, 300, said);
      const raw = await eventually(() => Raw.signedIn(server, alice.token).catch(() => undefined), "a socket");
      await raw.ok("beat", {});
      for (const socket of sockets) socket.destroy();
    }));
}
