import assert from "node:assert/strict";
import { test } from "node:test";
import { makeParley, signedIn } from "./rig.ts";

test("the first frame proves who one is, and the token is in no URL", async () => {
  const { server } = await signedIn();
  assert.equal(server.socket.frames[0]?.["cmd"], "auth");
  assert.equal(server.socket.frames[0]?.["token"], "secret");
  assert.equal(server.socket.url, "ws://chat.test/v1/socket");
});

test("a beat goes out every heartbeat", async () => {
  const { clock, server } = await signedIn();
  const before = server.askedFor("beat").length;
  await clock.pass(50_000);
  assert.equal(server.askedFor("beat").length - before, 10);
});

test("silence is noticed, and the connection made anew", async () => {
  const { clock, server } = await signedIn();
  server.on("beat", () => undefined);
  await clock.pass(20_000);
  assert.ok(!server.sockets[0]?.open);
  assert.ok(server.sockets.length >= 2);
});

test("silence is noticed after two and a half beats, not at the next one", async () => {
  const { clock, server } = await signedIn();
  while (server.askedFor("beat").length < 2) await clock.pass(1);
  server.on("beat", () => undefined); // the last word was the answer to that one
  await clock.pass(12_499);
  assert.ok(server.sockets[0]?.open);
  await clock.pass(1);
  assert.ok(!server.sockets[0]?.open);
});

test("who stood still was not silent, and hears first whether the other side is there", async () => {
  const { clock, server } = await signedIn();
  await clock.pass(4000);
  clock.standsStill(3_600_000);
  await clock.pass(20_000);
  assert.equal(server.sockets.length, 1);
  server.on("beat", () => undefined);
  clock.standsStill(3_600_000);
  await clock.pass(20_000);
  assert.ok(!server.sockets[0]?.open);
});

test("a connection that is lost is tried on the next node at once", async () => {
  const { clock, server } = await signedIn([], (server) => {
    server.nodes = ["ws://a.test/", "ws://b.test/", "ws://c.test/"];
  });
  server.sockets[0]?.end(1006);
  await clock.pass(0);
  assert.deepEqual(server.sockets.map((socket) => socket.url), ["ws://a.test/", "ws://b.test/"]);
});

test("signing in says where to connect, and nobody is asked again", async () => {
  const { server, storage } = await signedIn([], (server) => {
    server.nodes = ["ws://a.test/", "ws://b.test/"];
  });
  assert.equal(server.socket.url, "ws://a.test/");
  assert.equal(server.connects, 0);
  assert.ok(!("nodes" in ((await storage.get("session")) as object)));
});

test("nodes that are gone are asked for anew, and where nobody answers that the others are tried", async () => {
  const { clock, server, parley } = await signedIn([], (server) => {
    server.nodes = ["ws://a.test/", "ws://chat.test/v1/socket", "ws://b.test/"];
  });
  for (const url of server.nodes) server.down.add(url);
  server.answers = false;
  server.socket.end(1006);
  await clock.pass(0);
  const urls = (): string[] => server.sockets.splice(0).map((socket) => socket.url);
  assert.deepEqual(urls(), ["ws://a.test/", "ws://chat.test/v1/socket", "ws://b.test/"]);
  await clock.pass(500);
  assert.deepEqual(urls(), ["ws://a.test/", "ws://b.test/"]); // not where nobody answered just now
  server.down.delete("ws://b.test/");
  await clock.pass(1000);
  assert.deepEqual(urls(), ["ws://a.test/", "ws://b.test/"]);
  assert.equal(parley.status.getSnapshot().state, "online");
});

test("a node that refuses for now is passed over while there is another", async () => {
  const { clock, server, parley } = await signedIn([], (server) => {
    server.nodes = ["ws://a.test/", "ws://b.test/", "ws://c.test/"];
  });
  let refusals = 1;
  const auth = server.scripts.get("auth");
  server.on("auth", (args) => refusals-- > 0
    ? { error: { code: "draining", message: "", retry_after_ms: 5000 } }
    : auth?.(args));
  server.socket.end(1006);
  await clock.pass(0);
  assert.equal(server.socket.url, "ws://c.test/");
  assert.equal(parley.status.getSnapshot().state, "online");
});

test("told to go away to another node, it goes there and asks nobody", async () => {
  const { clock, server, parley } = await signedIn();
  clock.chance = 0.5;
  server.push({
    push: "goaway", reason: "balance", reconnect_ms: 1000,
    nodes: [{ url: "ws://b.test/" }, { url: "ws://c.test/" }],
  });
  server.down.add("ws://b.test/");
  await clock.pass(499);
  assert.equal(server.sockets.length, 1);
  await clock.pass(2);
  assert.deepEqual(server.sockets.map((socket) => socket.url),
    ["ws://chat.test/v1/socket", "ws://b.test/", "ws://c.test/"]);
  assert.ok(!server.sockets[0]?.open);
  assert.equal(parley.status.getSnapshot().state, "online");
  assert.equal(server.connects, 0);
});

test("the wait grows twofold up to 30 s, with full jitter, and counts down", async () => {
  const { clock, server, parley } = await signedIn();
  server.up = false;
  clock.chance = 0.999;
  server.socket.end(1006);
  await clock.pass(0);
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const tries = server.sockets.length;
    let waited = 0;
    assert.equal(parley.status.getSnapshot().state, "waiting");
    for (; server.sockets.length === tries; waited += 100) await clock.pass(100);
    waits.push(waited);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  const first = parley.status.getSnapshot().retry_in_s as number;
  await clock.pass(3000);
  assert.equal(parley.status.getSnapshot().retry_in_s, first - 3);

  // Full jitter: any part of the whole.
  clock.chance = 0.01;
  await clock.pass(30_000);
  const tries = server.sockets.length;
  await clock.pass(301);
  assert.equal(server.sockets.length, tries + 1);
});

test("the wait ends when one asks for it, and starts small after a connection that lasted", async () => {
  const { clock, server, parley } = await signedIn();
  server.up = false;
  server.socket.end(1006);
  await clock.pass(20_000);
  server.up = true;
  parley.retryNow();
  await clock.pass(0);
  assert.equal(parley.status.getSnapshot().state, "online");
  await clock.pass(11_000);
  clock.chance = 0.999;
  server.socket.end(1006);
  await clock.pass(499);
  assert.equal(parley.status.getSnapshot().state, "waiting");
  await clock.pass(2);
  assert.equal(parley.status.getSnapshot().state, "online");
});

test("closes up to 4499 mean reconnect, from 4500 on stop", async () => {
  for (const code of [4000, 4001, 4002, 4003, 4004, 4499, 1001, 1006, 1011]) {
    const { clock, server, parley } = await signedIn();
    server.socket.end(code);
    await clock.pass(1000);
    assert.equal(parley.status.getSnapshot().state, "online", String(code));
  }
  for (const [code, reason] of [[4500, "signed_out"], [4501, "unauthenticated"], [4502, "account_disabled"],
    [4503, "misuse"], [4999, "misuse"]] as const) {
    const { clock, server, parley } = await signedIn();
    server.socket.end(code);
    await clock.pass(60_000);
    assert.deepEqual(parley.status.getSnapshot(), { state: "stopped", reason });
    assert.equal(server.sockets.length, 1);
    const ended = reason === "signed_out" || reason === "unauthenticated";
    assert.equal(parley.session.getSnapshot() === undefined, ended);
  }
});

test("a refused token stops it, on the socket and over REST", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("auth", () => ({ error: { code: "unauthenticated", message: "" } }));
  server.socket.end(1006);
  await clock.pass(1000);
  assert.deepEqual(parley.status.getSnapshot(), { state: "stopped", reason: "unauthenticated" });

  const second = await signedIn();
  second.server.connectAnswer = { error: { code: "unauthenticated", message: "" } };
  second.server.socket.end(1006);
  await second.clock.pass(1000);
  assert.deepEqual(second.parley.status.getSnapshot(), { state: "stopped", reason: "unauthenticated" });
});

test("told to go away, it goes within the time it was given", async () => {
  const { clock, server, parley } = await signedIn();
  clock.chance = 0.5;
  server.push({ push: "goaway", reason: "shutdown", reconnect_ms: 4000 });
  await clock.pass(1999);
  assert.equal(server.sockets.length, 1);
  assert.equal(parley.status.getSnapshot().state, "online");
  await clock.pass(2);
  assert.equal(server.sockets.length, 2);
  assert.ok(!server.sockets[0]?.open);
});

test("a node that leaves before that is not run after", async () => {
  const { clock, server, parley } = await signedIn();
  clock.chance = 0.5;
  server.push({ push: "goaway", reason: "shutdown", reconnect_ms: 4000 });
  await clock.pass(500);
  server.socket.end(4000);
  await clock.pass(1400);
  assert.equal(server.sockets.length, 1);
  assert.equal(parley.status.getSnapshot().state, "waiting");
  await clock.pass(200);
  assert.equal(parley.status.getSnapshot().state, "online");
});

test("a request without an answer ends after a time, not never", async () => {
  const { clock, server, parley } = await signedIn();
  server.on("device.list", () => undefined);
  const asked = assert.rejects(parley.request("device.list", {}), { code: "timeout" });
  await clock.pass(21_000);
  await asked;
});

test("stop() takes it down for good, start() puts it up again", async () => {
  const { clock, server, parley } = await signedIn();
  parley.stop();
  await clock.pass(60_000);
  assert.equal(server.sockets.length, 1);
  assert.equal(parley.status.getSnapshot().state, "off");
  parley.start();
  await clock.pass(0);
  assert.equal(parley.status.getSnapshot().state, "online");
});

test("a session that was stored is taken up", async () => {
  const { clock, server, storage } = await signedIn();
  const again = makeParley(server, clock, storage);
  assert.equal((await again.load())?.username, "me");
  await clock.pass(0);
  assert.equal(again.status.getSnapshot().state, "online");
});
