/** Behind proxies: whom the server takes for the one who asks. It shows in whose tries to sign in are
 * used up. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Server, command } from "./harness/server.ts";
import { PATIENCE, eventually, within } from "./harness/wait.ts";
import { anAddress, web } from "./harness/web.ts";

const PROXY = "127.0.0.1";
const TRIES = 2;
const AUTH_MS = 1000 * PATIENCE;

let http: Server, tcp: Server;
before(async () => {
  const usual = { tries_per_address: TRIES, trusted_proxies: `${PROXY},198.51.100.0/24`, auth_ms: AUTH_MS };
  [http, tcp] = await Promise.all([Server.start(usual), Server.start({ ...usual, proxy_protocol: true })]);
});
after(async () => {
  await Promise.all([http.end(), tcp.end()]);
});

let names = 0;
const aSignIn = (): string => JSON.stringify({ username: `nobody-${++names}`, password: "wrong password" });

// --- Forwarded and X-Forwarded-For ---

/** Whether this request's sender still has a try, which it then has used. */
async function mayTry(headers: Record<string, string>, from = PROXY): Promise<boolean> {
  const { status } = await web(`${http.base}/v1/signin`, {
    method: "POST", from, headers: { "content-type": "application/json", ...headers }, body: aSignIn(),
  });
  assert.ok(status === 401 || status === 429, `status ${status}`);
  return status === 401;
}

/** Uses up all tries of an address, of which nobody has used any. */
async function useUp(headers: Record<string, string>, from = PROXY): Promise<void> {
  for (let i = 0; i < TRIES; i++) assert.ok(await mayTry(headers, from), `try ${i} of ${JSON.stringify(headers)}`);
  assert.ok(!await mayTry(headers, from), JSON.stringify(headers));
}

test("a trusted proxy's word is taken, in either field", async () => {
  await useUp({ "X-Forwarded-For": "203.0.113.1" });
  await useUp({ "X-Forwarded-For": "203.0.113.2" });
  await useUp({ Forwarded: "for=203.0.113.3;proto=https" });
  await useUp({ Forwarded: "For=\"[2001:db8:1::1]:4711\"" });
  // The same people, said otherwise.
  for (const headers of [
    { Forwarded: "for=203.0.113.1" }, { "X-Forwarded-For": "203.0.113.3:99" },
    { "X-Forwarded-For": "2001:db8:1::ffff" }, { Forwarded: "for=203.0.113.2", "X-Forwarded-For": "203.0.113.2" },
  ] as Record<string, string>[]) assert.ok(!await mayTry(headers), JSON.stringify(headers));
});

test("the last address that is no proxy's counts, not what its client made up", async () => {
  await useUp({ "X-Forwarded-For": "203.0.113.10" });
  for (const chain of [
    "192.0.2.1, 203.0.113.10", "192.0.2.2, 203.0.113.10, 198.51.100.7", "\"junk, 203.0.113.10, 127.0.0.1",
  ]) assert.ok(!await mayTry({ "X-Forwarded-For": chain }), chain);
  for (const chain of ["for=192.0.2.1, for=203.0.113.10", "for=_x;by=unknown,for=203.0.113.10,for=198.51.100.7"]) {
    assert.ok(!await mayTry({ Forwarded: chain }), chain);
  }
  assert.ok(await mayTry({ "X-Forwarded-For": "203.0.113.10, 203.0.113.11" }));
});

test("what cannot be believed counts as the proxy's own", async () => {
  await useUp({});
  for (const headers of [
    { Forwarded: "for=\"203.0.113.20, for=203.0.113.21" },
    { Forwarded: "for=unknown" },
    { "X-Forwarded-For": "localhost" },
    { Forwarded: "for=203.0.113.20", "X-Forwarded-For": "203.0.113.21" },
  ] as Record<string, string>[]) assert.ok(!await mayTry(headers), JSON.stringify(headers));
});

test("others are not believed", async () => {
  const from = anAddress();
  await useUp({ "X-Forwarded-For": "203.0.113.30" }, from);
  assert.ok(!await mayTry({ "X-Forwarded-For": "203.0.113.31" }, from));
  assert.ok(!await mayTry({ Forwarded: "for=203.0.113.32" }, from));
  assert.ok(await mayTry({ "X-Forwarded-For": "203.0.113.30" }));
});

// --- the PROXY protocol ---

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

/** The header that names an IPv4 address. */
function names4(ip: string): Buffer {
  const addresses = [...ip.split("."), 127, 0, 0, 1].map(Number);
  return Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x11, 0, 12, ...addresses, 0x30, 0x39, 0x1f, 0x90])]);
}

const SPEAKS_FOR_ITSELF = Buffer.concat([SIGNATURE, Buffer.from([0x20, 0, 0, 0])]);

/** Sends the parts one by one and answers with all that comes until the end. */
async function exchange(parts: (Buffer | string)[], from = PROXY): Promise<string> {
  const socket: Socket = connect({ port: tcp.port, host: "127.0.0.1", localAddress: from, noDelay: true });
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString("latin1")));
  socket.on("error", () => {});
  for (const part of parts) await new Promise((sent) => socket.write(part, sent));
  await within(new Promise((closed) => socket.on("close", closed)), "the end of a connection");
  return text;
}

function request(): string {
  const body = aSignIn();
  return "POST /v1/signin HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n" +
    `Content-Length: ${body.length}\r\n\r\n${body}`;
}

const statusOf = (text: string): number => Number(/^HTTP\/1.1 (\d+) /.exec(text)?.[1]);

test("who connected is who the proxy's first bytes name", async () => {
  for (const ip of ["203.0.113.1", "203.0.113.2"]) {
    for (let i = 0; i < TRIES; i++) assert.equal(statusOf(await exchange([names4(ip), request()])), 401, ip);
    assert.equal(statusOf(await exchange([names4(ip), request()])), 429, ip);
  }
  const bytes = [...Buffer.concat([names4("203.0.113.3"), Buffer.from(request())])].map((byte) => Buffer.from([byte]));
  assert.equal(statusOf(await exchange(bytes)), 401);
  const health = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  assert.equal(statusOf(await exchange([Buffer.concat([SPEAKS_FOR_ITSELF, Buffer.from(health)])])), 200);
});

test("without those bytes, or not from a proxy, nothing is served", async () => {
  assert.equal(await exchange([request()]), "");
  assert.equal(await exchange([Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x12, 0, 0])]), request()]), "");
  assert.equal(await exchange([names4("203.0.113.4"), request()], "127.0.0.2"), "");
  await eventually(() => tcp.log.includes("no_trusted_proxy") || undefined, "a line in the log");
  const since = Date.now();
  assert.equal(await exchange([SIGNATURE]), "");
  assert.ok(Date.now() - since >= AUTH_MS, "it was not given its time");
});

test("the options are checked", () => {
  const check = (...flags: string[]) => command(["check-config", ...flags]);
  assert.match(check("--proxy_protocol=true").output, /proxy_protocol: needs trusted_proxies/);
  const wrong = check("--trusted_proxies=10.0.0.0/8,10.0.0.1/8");
  assert.match(wrong.output, /trusted_proxies: 10\.0\.0\.1\/8/);
  assert.equal(wrong.status, 1);
  assert.equal(check("--trusted_proxies=10.0.0.0/8,::1", "--proxy_protocol=true").status, 0);
});
