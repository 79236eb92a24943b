/** Too much of everything: whoever does it holds up themselves, and a bystander is served. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { test } from "node:test";
import type { CommandName } from "../../client/src/index.ts";
import { ROUTES } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { people, person } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import type { Options } from "./harness/server.ts";
import { Server } from "./harness/server.ts";
import { PATIENCE, eventually, sleep, within } from "./harness/wait.ts";
import { anAddress } from "./harness/web.ts";

const MIB = 1024 * 1024;
/** A bystander's command must be answered within. */
const SERVED_MS_MAX = 10_000 * PATIENCE;
/** The limits of a server as it is delivered, where UNLIMITED takes them away. */
const DELIVERED: Options = {
  frames_per_s: 100, frames_burst: 200, requests_burst: 500, sends_burst: 200, searches_burst: 30, drafts_burst: 1,
  bytes_burst: 4 * MIB, sockets_per_user: 64, unauthenticated_per_address: 500,
};

async function withServer(options: Options, run: (server: Server, bystander: Raw) => Promise<void>): Promise<void> {
  const server = await Server.start({ ...DELIVERED, ...options });
  try {
    await run(server, await (await person(server, "bystander")).raw());
  } finally {
    await server.end();
  }
}

/** While `done` is not, somebody else is answered in time, ten times a second. */
async function isServed(bystander: Raw, done: Promise<unknown>): Promise<void> {
  let over = false;
  const end = done.finally(() => (over = true));
  while (!over) {
    await within(bystander.ok("beat", {}), "an answer to a bystander", SERVED_MS_MAX);
    await sleep(100);
  }
  await end;
}

function memoryOf(server: Server): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) * 1024;
}

/** Something that a command takes, or at least reads. */
const ARGS: { [name: string]: unknown } = {
  token: "x", username: "nobody", password: "not this one", old_password: "not this one",
  new_password: "not this one", display_name: "x", prefix: "x", text: "x", title: "x", description: "x",
  conversation: "1", user: "1", to: "1", device: "1", users: [], members: [], seq: 1, invite: 1,
  emoji: "x", role: "member", on: true, seconds: 0,
};

function argsOf(cmd: CommandName): object {
  const page = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const part = page.split(`\n### ${cmd}\n`)[1]?.split("\n### ")[0] as string;
  const required = [...part.matchAll(/^\| `(\w+)` \| [^|]* \| required/gm)].map((found) => found[1] as string);
  return Object.fromEntries(required.map((name) => [name, ARGS[name]]));
}

// Of what comes at once half is too much, however long the machine takes for it.
test("a flood of any command is answered, and holds up nobody", () =>
  withServer({ frames_per_s: 15, tries_per_account: 10, tries_per_address: 100 }, async (server, bystander) => {
    const commands = [...Object.keys(ROUTES), "beat", "auth", "typing", "presence.watch"] as CommandName[];
    let limited = 0;
    for (const cmd of commands) {
      const mallory = await person(server, "mallory");
      const raw = await mallory.raw();
      const args = argsOf(cmd);
      const flood = Promise.all(Array.from({ length: 400 }, () => raw.ask(cmd, args)));
      await isServed(bystander, flood);
      const codes = new Set((await flood).map((answer) => answer.error?.code ?? "ok"));
      assert.ok(!codes.has("internal"), `${cmd}: ${[...codes].join()}`);
      limited += Number(codes.has("rate_limited"));
      assert.ok(codes.has("rate_limited") || cmd === "signout", `${cmd}: ${[...codes].join()}`);
      raw.close();
    }
    console.log(`floods: ${commands.length} commands, ${limited} limited`);
  }));

/** A connection that says `said` and then a byte of `rest` every so often. Ends with what it heard. */
function drips(server: Server, from: string, said: string, rest: string, everyMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port: server.port, host: "127.0.0.1", localAddress: from });
    let heard = "", at = 0;
    const drip = setInterval(() => socket.write(rest[at++ % rest.length] as string, "latin1"), everyMs);
    socket.on("error", () => {});
    socket.on("data", (part) => (heard += part.toString("latin1")));
    socket.on("close", () => {
      clearInterval(drip);
      resolve(heard);
    });
    socket.write(said, "latin1");
  });
}

const HANDSHAKE = "GET /v1/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
for (const [what, said, rest, expected] of [
  ["a head", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "a", /^HTTP\/1.1 408 /],
  ["fields", "GET /healthz HTTP/1.1\r\nHost: x\r\n", "a: b\r\n", /^HTTP\/1.1 408 /],
  ["a body", "POST /v1/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", "a", /^HTTP\/1.1 408 /],
  ["chunks", "POST /v1/signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", /^HTTP\/1.1 408 /],
  ["a frame", `${HANDSHAKE}\u0081\u00fe\u0001\u0000\u0000\u0000\u0000\u0000`, "a", /^HTTP\/1.1 101 [^]*\u0088\u0002\u000f\u00a3/],
  ["pings", HANDSHAKE, "\u0089\u0080\u0000\u0000\u0000\u0000", /^HTTP\/1.1 101 [^]*\u0088\u0002\u000f\u00a3/],
] as const) {
  test(`whoever sends ${what} byte by byte is closed in time`, () =>
    withServer({ auth_ms: 1000 }, async (server, bystander) => {
      const since = Date.now();
      const slow = Array.from({ length: 200 }, () =>
        drips(server, anAddress(), said, rest, 100));
      const all = Promise.all(slow);
      await isServed(bystander, all);
      assert.ok(Date.now() - since < 20_000 * PATIENCE, `${Date.now() - since} ms`);
      for (const heard of await all) assert.match(heard, expected);
    }));
}

test("ten thousand sockets of one address leave room for the others", () =>
  withServer({ connections_max: 10_000, auth_ms: 60_000 }, async (server, bystander) => {
    const from = anAddress();
    const before = memoryOf(server);
    let open = 0, closed = 0;
    const sockets: Socket[] = [];
    const flood = (async () => {
      for (let batch = 0; batch < 100; batch++) {
        for (let i = 0; i < 100; i++) {
          const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: from });
          socket.on("error", () => {});
          socket.once("connect", () => open++);
          socket.once("close", () => closed++);
          socket.resume();
          sockets.push(socket);
        }
        await eventually(() => open + closed >= sockets.length || undefined, "them to come");
      }
    })();
    await isServed(bystander, flood);
    await eventually(() => (sockets.length - closed <= 500 ? true : undefined), "all but 500 to be closed");
    const cost = memoryOf(server) - before;
    assert.ok(PATIENCE > 1 || cost < 64 * MIB, `${Math.round(cost / MIB)} MiB`);
    const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
    const raw = await alice.raw();
    await raw.ok("message.send", { to: bob.user, text: "we are served" });
    console.log(`one address: ${sockets.length} sockets, ${sockets.length - closed} held, ${Math.round(cost / MIB)} MiB`);
    for (const socket of sockets) socket.destroy();
  }));

test("whoever floods by requests holds up neither others nor their own socket", () =>
  withServer({}, async (server, bystander) => {
    const mallory = await person(server, "mallory");
    const raw = await mallory.raw();
    const from = anAddress();
    const ask = `GET /v1/account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${mallory.token}\r\n\r\n`;
    let heard = "";
    const sockets = Array.from({ length: 20 }, () => {
      const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: from });
      socket.on("error", () => {});
      socket.on("data", (part) => (heard += part.toString("latin1")));
      socket.write(ask.repeat(100));
      return socket;
    });
    const answers = (): number => heard.split("HTTP/1.1 ").length - 1;
    await isServed(bystander, eventually(() => answers() >= 2000 || undefined, "all to be answered", 60_000 * PATIENCE));
    const refused = heard.split("HTTP/1.1 429").length - 1;
    assert.ok(refused > 500, `${refused} refused`);
    assert.equal((await raw.ok("account.get", {})).user, mallory.user);
    for (const socket of sockets) socket.destroy();
  }));
