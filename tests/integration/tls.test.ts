/** TLS as clients and their operator meet it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect, getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Device, Person } from "./harness/people.ts";
import { befriend, everybodyLeaves, online, people } from "./harness/people.ts";
import { Server, command } from "./harness/server.ts";
import { PATIENCE, eventually, within } from "./harness/wait.ts";
import { restAt, web } from "./harness/web.ts";

const AUTH_MS = 1000;

let dir: string;
let server: Server;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "parley-tls-"));
  for (const name of ["first", "second"]) makePair(name);
  setDefaultCACertificates([...getCACertificates("default"), await pem("first.crt"), await pem("second.crt")]);
  await inForce("first");
  server = await Server.start(tls({ auth_ms: AUTH_MS * PATIENCE }));
});
afterEach(everybodyLeaves);
after(async () => {
  await server.end();
  await rm(dir, { recursive: true, force: true });
});

// --- certificates ---

/** A certificate that signs itself, and its key. */
function makePair(name: string): void {
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    "-days", "2", "-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1",
    "-keyout", join(dir, `${name}.key`), "-out", join(dir, `${name}.crt`)], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
}

function pem(name: string): Promise<string> {
  return readFile(join(dir, name), "utf8");
}

/** The files that the server was told of. */
const certificate = (): string => join(dir, "server.crt");
const key = (): string => join(dir, "server.key");

async function inForce(certificateOf: string, keyOf = certificateOf): Promise<void> {
  await copyFile(join(dir, `${certificateOf}.crt`), certificate());
  await copyFile(join(dir, `${keyOf}.key`), key());
  await chmod(key(), 0o600);
}

function tls<T extends object>(more: T): T & { "tls.certificate": string; "tls.key": string } {
  return { "tls.certificate": certificate(), "tls.key": key(), ...more };
}

/** SIGHUP, followed to the line of the log that it leads to. */
async function reload(event: "tls_reloaded" | "tls_refused"): Promise<void> {
  const count = (): number => server.log.split(event).length;
  const since = count();
  process.kill(server.pid, "SIGHUP");
  await eventually(() => count() > since || undefined, event);
}

// --- connections ---

/** A connection after its handshake. */
async function connected(more: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: server.port, ALPNProtocols: ["http/1.1"], ...more });
  await within(once(socket, "secureConnect"), "a handshake");
  socket.on("error", () => {});
  return socket;
}

/** What comes until the end of a connection, and whether it was cut off. */
async function ending(socket: TLSSocket | ReturnType<typeof connectPlain>): Promise<{ text: string; error?: string }> {
  let text = "", error: string | undefined;
  socket.on("data", (data: Buffer) => (text += data.toString("latin1")));
  socket.on("error", (e: NodeJS.ErrnoException) => (error = e.code ?? String(e)));
  await within(new Promise((closed) => socket.on("close", closed)), "the end of a connection");
  return { text, ...(error ? { error } : {}) };
}

const REQUEST = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// --- cases ---

test("people talk over it", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  assert.match(server.socketUrl, /^wss:/);
  await alice.sends(bob, "hello");
  await bob.sees("hello", alice);
  await bob.sends(alice, "x".repeat(4000));
  await alice.sees("x".repeat(4000), bob);
});

test("the page and the API say that browsers are to stay with it; a server without it does not", async () => {
  for (const path of ["/", "/healthz", "/v1/connect", "/v1/account"]) {
    assert.match((await web(server.base + path)).headers["strict-transport-security"] ?? "", /^max-age=\d{8}$/, path);
  }
  const plain = await Server.start();
  try {
    assert.equal((await web(`${plain.base}/healthz`)).headers["strict-transport-security"], undefined);
  } finally {
    await plain.end();
  }
});

test("modern versions only, http/1.1 only", async () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = await connected({ minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    assert.equal(socket.alpnProtocol, "http/1.1");
    socket.end(REQUEST);
    assert.match((await ending(socket)).text, /^HTTP\/1.1 200 /);
  }
  for (const version of ["TLSv1", "TLSv1.1"] as const) {
    await assert.rejects(
      connected({ minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" }), /alert|protocol/i);
  }
  await assert.rejects(connected({ ALPNProtocols: ["h2"] }), /alert/i);
});

test("a session is resumed", async () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const first = await connected({ minVersion: version, maxVersion: version });
    // Of TLS 1.3 it is worth something only once a ticket has come.
    let session = first.getSession();
    first.on("session", (data: Buffer) => (session = Buffer.from(data)));
    first.end(REQUEST);
    await ending(first);
    assert.ok(session);
    const second = await connected({ minVersion: version, maxVersion: version, session });
    assert.ok(second.isSessionReused(), version);
    second.destroy();
  }
});

test("bytes that are no TLS end the connection, in order", async () => {
  for (const bytes of [REQUEST, "\0".repeat(100), "\x16\x03\x01\x00\x05hello"]) {
    const socket = connectPlain(server.port, "127.0.0.1");
    socket.end(bytes, "latin1");
    const { text, error } = await ending(socket);
    assert.equal(error, undefined);
    assert.doesNotMatch(text, /HTTP/);
  }
});

test("a handshake that takes too long is cut off; one that is over may rest", async () => {
  const slow = connectPlain(server.port, "127.0.0.1");
  const rests = await connected();
  slow.write("\x16\x03");
  const since = Date.now();
  await ending(slow);
  assert.ok(Date.now() - since >= AUTH_MS * PATIENCE, "it was not given its time");
  // Whoever came later is as late by now, but asked for nothing.
  const late = connectPlain(server.port, "127.0.0.1");
  await ending(late);
  rests.end(REQUEST);
  assert.match((await ending(rests)).text, /^HTTP\/1.1 200 /);
});

test("SIGHUP under load: new connections get the new certificate, none is dropped", async (t) => {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  await befriend(alice, bob);
  const raws = await Promise.all(Array.from({ length: 20 }, () => alice.raw()));
  let stop = false, stood = 0, dropped = 0;
  for (const raw of raws) void raw.closed.then(() => (dropped += stop ? 0 : 1));
  const load = raws.map(async (raw) => {
    while (!stop) {
      const answer = await raw.ask("message.send", { to: bob.user, text: "load" });
      assert.ok(answer.ok, JSON.stringify(answer.error));
      stood++;
    }
  });
  const subject = async (): Promise<unknown> => {
    const socket = await connected();
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return name;
  };
  for (const name of ["second", "first", "second"]) {
    const before = stood;
    await eventually(() => stood > before + 50 || undefined, "load");
    await inForce(name);
    await reload("tls_reloaded");
    assert.equal(await subject(), name);
  }
  const before = stood;
  await eventually(() => stood > before + 50 || undefined, "load");
  stop = true;
  await Promise.all(load);
  t.diagnostic(`${stood} messages stood, ${dropped} of ${raws.length} connections were dropped`);
  assert.equal(dropped, 0);
  raws.forEach((raw) => raw.close());

  // Files that do not belong together, or are none, change nothing.
  await inForce("first", "second");
  await reload("tls_refused");
  assert.equal(await subject(), "second");
  await writeFile(certificate(), "nonsense");
  await reload("tls_refused");
  assert.equal(await subject(), "second");
  await restAt(server.base).call("signin", { username: alice.name, password: alice.password });

  await inForce("first");
  await chmod(key(), 0o644);
  await reload("tls_reloaded");
  assert.match(server.log, /tls_key_open_to_others/);
  await chmod(key(), 0o600);
  for (const name of ["first", "second"]) {
    const line = (await pem(`${name}.key`)).split("\n")[1] as string;
    assert.ok(line.length > 40 && !server.log.includes(line), "a key stands in the log");
  }
});

test("other machines are served only with it", async () => {
  const check = (...flags: string[]) => command(["check-config", "--listen=0.0.0.0:7878", ...flags]);
  const files = [`--tls.certificate=${certificate()}`, `--tls.key=${key()}`];
  assert.match(check().output, /nothing is encrypted/);
  assert.equal(check().status, 1);
  assert.equal(check("--allow_plaintext=true").status, 0);
  assert.equal(check(...files).status, 0);
  assert.match(check(files[0] as string).output, /tls\.key/);
  assert.equal(check(files[0] as string).status, 2);
  const wrong = check(files[0] as string, `--tls.key=${join(dir, "second.key")}`);
  assert.match(wrong.output, /tls_refused.*second\.key/);
  assert.equal(wrong.status, 1);
});

test("a proxy's first bytes come before the handshake", async () => {
  const own = await Server.start(tls({ proxy_protocol: true, trusted_proxies: "127.0.0.1" }));
  const named = Buffer.from([0x21, 0x11, 0, 12, 203, 0, 113, 1, 127, 0, 0, 1, 0x30, 0x39, 0x1f, 0x90]);
  try {
    const socket = connectPlain(own.port, "127.0.0.1");
    socket.write(Buffer.concat([Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1"), named]));
    const secure = await connected({ socket });
    secure.end(REQUEST);
    assert.match((await ending(secure)).text, /^HTTP\/1.1 200 /);
    await assert.rejects(connected({ port: own.port }));
  } finally {
    await own.end();
  }
});

test("what a connection costs that has nothing to say", async (t) => {
  const own = await Server.start(tls({ auth_ms: 60_000, net_threads: 1 }));
  const resident = (): number =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${own.pid}/status`, "utf8"))?.[1]);
  const open = async (n: number): Promise<TLSSocket[]> => {
    const sockets: TLSSocket[] = [];
    for (let i = 0; i < n; i += 50) {
      sockets.push(...await Promise.all(Array.from({ length: 50 }, () => connected({ port: own.port }))));
    }
    // Each has read its tickets and been heard.
    for (const socket of sockets) socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    await Promise.all(sockets.map((socket) => within(once(socket, "data"), "an answer")));
    return sockets;
  };
  try {
    const first = await open(200);
    const before = resident();
    const n = 1000;
    const rest = await open(n);
    const each = (resident() - before) / n;
    t.diagnostic(`${each.toFixed(1)} KiB for each of ${n} idle TLS connections`);
    // Half of it is OpenSSL's own struct; one more buffer held would be 16 KiB.
    if (PATIENCE === 1) assert.ok(each <= 20, `${each} KiB`);
    for (const socket of [...first, ...rest]) socket.destroy();
  } finally {
    await own.end();
  }
});
