/** Clients that do not behave. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import type { Person } from "./harness/people.ts";
import { people } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { eventually, sleep, within } from "./harness/wait.ts";
import { web } from "./harness/web.ts";

let server: Server;
let alice: Person;
before(async () => {
  server = await Server.start({ auth_ms: 2000, heartbeat_ms: 1000, silent_ms: 3000 });
  [alice] = (await people(server, "alice")) as [Person];
});
after(() => server.end());

async function closedWith(raw: Raw, code: number): Promise<void> {
  assert.equal(await within(raw.closed, "a closed socket"), code);
}

test("a first frame that is not auth is the last", async () => {
  for (const frame of [
    { id: 1, cmd: "beat" }, { id: 1, cmd: "account.get" }, { id: 1, cmd: "nonsense" }, "{", "[]", "null", "",
  ]) {
    const raw = await Raw.open(server);
    raw.send(frame);
    await closedWith(raw, 4503);
  }
});

test("a frame with a token that is none is refused and closes", async () => {
  for (const token of ["x", "A".repeat(43), alice.token.slice(0, -1)]) {
    const raw = await Raw.open(server);
    assert.equal((await raw.refused("auth", { token })).code, "unauthenticated");
    await closedWith(raw, 4501);
  }
});

test("who says nothing is closed after the time for auth", async () => {
  const raw = await Raw.open(server);
  const since = Date.now();
  await closedWith(raw, 4003);
  assert.ok(Date.now() - since >= 1900);
});

test("a second auth is refused and changes nothing", async () => {
  const raw = await alice.raw();
  assert.equal((await raw.refused("auth", { token: alice.token })).code, "bad_request");
  await raw.ok("beat", {});
  raw.close();
});

test("a binary message is misuse", async () => {
  const raw = await alice.raw();
  raw.send(new Uint8Array([123, 125]));
  const code = await within(raw.closed, "a closed socket");
  assert.ok([1003, 4503].includes(code), String(code));
});

test("a frame that is not JSON is answered without id; frame after frame of it is misuse", async () => {
  const raw = await alice.raw();
  raw.send("{\"id\":");
  const answer = await eventually(() => raw.frames.find((frame) => frame.error), "an answer");
  assert.deepEqual([answer.error.code, answer.id], ["bad_json", undefined]);
  for (const text of ["{\"a\":1,}", "nonsense", "{\"id\":1,\"id\":2}"]) raw.send(text);
  await raw.ok("beat", {});
  for (let i = 0; i < 200; i++) raw.send("nonsense");
  await closedWith(raw, 4503);
});

test("a frame that is too large is refused", async () => {
  const raw = await alice.raw();
  raw.send(JSON.stringify({ id: 1, cmd: "message.send", to: alice.user, text: "x".repeat(70_000) }));
  assert.equal(await within(raw.closed, "a closed socket"), 1009);
});

test("ids, numbers and names are taken strictly", async () => {
  const raw = await alice.raw();
  const refused = async (args: object): Promise<string | undefined> =>
    (await raw.refused("message.send", { to: alice.user, text: "x", ...args })).field;
  assert.equal(await refused({ to: 5 }), "to");
  assert.equal(await refused({ to: "05" }), "to");
  assert.equal(await refused({ to: "-5" }), "to");
  assert.equal(await refused({ to: "99999999999999999999" }), "to");
  assert.equal(await refused({ after: 1.5 }), "after");
  assert.equal(await refused({ after: -1 }), "after");
  assert.equal(await refused({ after: "1" }), "after");
  assert.equal(await refused({ after: 2 ** 53 }), "after");
  assert.equal(await refused({ key: "" }), "key");
  assert.equal(await refused({ key: "ü" }), "key");
  assert.equal(await refused({ key: "k".repeat(65) }), "key");
  assert.equal(await refused({ kind: "Text" }), "kind");
  assert.equal(await refused({ text: "" }), "text");
  assert.equal(await refused({ text: "a\u0000b" }), "text");
  assert.equal(await refused({ text: "x".repeat(8193) }), "text");
  assert.equal(await refused({ reply_to: 0 }), "reply_to");
  assert.equal(await refused({ nonsense: 1 }), "nonsense");
  raw.send("{\"id\":77,\"cmd\":\"message.send\",\"to\":\"" + alice.user + "\",\"text\":\"\\ud800\"}");
  const lone = await eventually(() => raw.frames.find((frame) => frame.id === 77 || frame.id === undefined
    && frame.error), "an answer");
  assert.ok(["bad_json", "bad_request"].includes(lone.error.code));
  await raw.ok("message.send", { to: alice.user, text: "x".repeat(8192) });
  raw.close();
});

test("an id that is no id is named, and any id comes back as it was", async () => {
  const raw = await alice.raw();
  for (const id of [0, 1, 2 ** 53 - 1]) {
    raw.send({ id, cmd: "account.get" });
    await eventually(() => raw.frames.find((frame) => frame.id === id && frame.ok), `an answer to ${id}`);
  }
  for (const id of ["1", -1, 1.5, null, true, 2 ** 53]) {
    raw.frames.length = 0;
    raw.send({ id, cmd: "beat" });
    const answer = await eventually(() => raw.frames[0], "an answer");
    assert.equal(answer.error?.code, "bad_request", String(id));
  }
  raw.close();
});

test("commands for a socket are unknown to REST, and a socket knows every command", async () => {
  for (const path of ["/v1/typing", "/v1/auth", "/v1/beat", "/v1/nonsense", "/v2/account"]) {
    const reply = await web(`${server.base}${path}`, {
      method: "POST", headers: { authorization: `Bearer ${alice.token}` }, body: "{}",
    });
    assert.equal(reply.status, 404, path);
  }
});

test("a token in a URL is no token", async () => {
  for (const query of [`token=${alice.token}`, `access_token=${alice.token}`]) {
    const reply = await web(`${server.base}/v1/account?${query}`);
    assert.ok([400, 401].includes(reply.status), String(reply.status));
  }
  const socket = new WebSocket(`${server.socketUrl}?token=${alice.token}`);
  const raw = new Raw(socket);
  socket.onerror = () => {};
  socket.onopen = () => raw.send({ id: 1, cmd: "account.get" });
  const code = await within(raw.closed, "a closed socket");
  assert.ok([1006, 4503].includes(code), String(code));
});

test("an origin that is not allowed opens no socket", async () => {
  const upgrade = (origin?: string): Promise<number> => handshake({ ...(origin ? { origin } : {}) });
  assert.equal(await upgrade(), 101);
  const own = `http://127.0.0.1:${server.port}`;
  assert.equal(await upgrade(own), 101);
  assert.equal(await upgrade("https://evil.example"), 403);
  assert.equal(await upgrade("null"), 403);
  assert.equal(await upgrade(`${own}.evil.example`), 403);
});

test("a client that never beats is pinged, and closed if it does not pong", async () => {
  // Node's WebSocket pongs by itself: it lives on. A bare connection does not.
  const raw = await alice.raw();
  const socket = await upgraded();
  sendText(socket, JSON.stringify({ id: 1, cmd: "auth", token: alice.token }));
  const since = Date.now();
  await within(once(socket, "close"), "a closed connection");
  assert.ok(Date.now() - since >= 2500, `${Date.now() - since} ms`);
  await sleep(1000);
  await raw.ok("beat", {});
  raw.close();
});

test("many requests under way at once are all answered", async () => {
  const raw = await alice.raw();
  const answers = await Promise.all(Array.from({ length: 500 }, () => raw.ask("account.get")));
  assert.ok(answers.every((answer) => answer.ok));
  raw.close();
});

test("who sends too fast is told when to come again, and is not closed", async () => {
  const own = await Server.start({ frames_per_s: 1, frames_burst: 10 });
  try {
    const [bob] = (await people(own, "bob")) as [Person];
    const raw = await bob.raw();
    const answers = await Promise.all(Array.from({ length: 30 }, () => raw.ask("beat")));
    const limited = answers.filter((answer) => answer.error?.code === "rate_limited");
    assert.ok(limited.length >= 15 && limited.length <= 25, String(limited.length));
    assert.ok(limited.every((answer) => (answer.error?.retry_after_ms ?? 0) > 0));
    await sleep((limited[0]?.error?.retry_after_ms ?? 0) + 20);
    await raw.ok("beat", {});
    raw.close();
  } finally {
    await own.end();
  }
});

/** The status of a WebSocket handshake with these headers. */
async function handshake(headers: Record<string, string>): Promise<number> {
  const { status, socket } = await shake(headers);
  socket.destroy();
  return status;
}

async function upgraded(): Promise<Socket> {
  return (await shake({})).socket;
}

async function shake(headers: Record<string, string>): Promise<{ status: number; socket: Socket }> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const lines = Object.entries({
    host: `127.0.0.1:${server.port}`, upgrade: "websocket", connection: "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13", ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /v1/socket HTTP/1.1\r\n${lines.join("")}\r\n`);
  const [head] = (await within(once(socket, "data"), "an answer")) as [Buffer];
  socket.resume();
  return { status: Number(head.toString().split(" ")[1]), socket };
}

/** A short text frame, masked with zeros. */
function sendText(socket: Socket, text: string): void {
  const payload = Buffer.from(text);
  assert.ok(payload.length >= 126 ? payload.length < 65536 : true);
  const length = payload.length < 126
    ? [0x80 | payload.length]
    : [0x80 | 126, payload.length >> 8, payload.length & 255];
  socket.write(Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]));
}
