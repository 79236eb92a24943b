/** Several nodes on one NATS server. Each has a store of its own, so what one is told on a node is of
 * that node: who is there, where clients are sent, and when. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { GoawayPush, Push } from "../../client/src/index.ts";
import { person } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Nats } from "./harness/nats.ts";
import { rows, seen } from "./harness/nodes.ts";
import type { Options } from "./harness/server.ts";
import { Server } from "./harness/server.ts";
import { PATIENCE, eventually, sleep, within } from "./harness/wait.ts";

/** From the last word of a node to the moment at which all take it for down. */
const DOWN_MS_MAX = 20_000 * PATIENCE;
const UNREADY_MS = 10_000;

let nats: Nats;
const nodes: Server[] = [];

function node(more: Options = {}): Promise<Server> {
  return Server.start({
    bus: "nats", "nats.urls": nats.url, public_url: "http://127.0.0.1:{port}", ...more,
  });
}

before(async () => {
  nats = await Nats.start();
  nodes.push(...(await Promise.all([node(), node(), node()])));
  for (const by of nodes) for (const one of nodes) await seen(by, one, "up");
});

after(async () => {
  for (const one of nodes) await one.end();
  await nats.kill();
});

async function ready(server: Server): Promise<number> {
  const response = await fetch(`${server.base}/readyz`);
  await response.text();
  return response.status;
}

const isGoaway = (push: Push): push is GoawayPush => push.push === "goaway";

test("each node sees all of them, and itself among them", () => {
  for (const by of nodes) {
    const all = rows(by);
    assert.deepEqual([...all.keys()].sort(), nodes.map((one) => one.socketUrl).sort());
    for (const [url, row] of all) assert.equal(row.self, url === by.socketUrl);
  }
});

test("clients are sent to the node with the fewest, by signing in and by connect", async () => {
  const [a, b, c] = nodes as [Server, Server, Server];
  const alice = await person(a, "alice");
  const sockets = await Promise.all([a, a, b].map((one) => Raw.open(one)));
  const best = await eventually(async () => {
    const reply = await alice.rest.call("connect", {}, alice.token);
    assert.equal(reply.policy, "least_loaded");
    const urls = reply.nodes.map((one) => one.url);
    return urls.length === 3 && urls[0] === c.socketUrl ? urls : undefined;
  }, "the emptiest node comes first");
  assert.deepEqual([...best].sort(), nodes.map((one) => one.socketUrl).sort());
  const session = await alice.rest.call("signin", { username: alice.name, password: alice.password });
  assert.equal(session.nodes.length, 3);
  for (const socket of sockets) socket.close();
});

test("kill -9: the others take it for down, and for up when it is back", async () => {
  const [a, b, c] = nodes as [Server, Server, Server];
  await c.kill();
  const since = Date.now();
  await seen(a, c, "down", DOWN_MS_MAX);
  await seen(b, c, "down", DOWN_MS_MAX);
  assert.ok(Date.now() - since < DOWN_MS_MAX);
  const alice = await person(a, "alice");
  const reply = await alice.rest.call("connect", {}, alice.token);
  assert.ok(!reply.nodes.some((one) => one.url === c.socketUrl));
  assert.equal(rows(a).get(b.socketUrl)?.state, "up");
  await c.start();
  for (const by of [a, b]) {
    await seen(by, c, "up");
    assert.equal(rows(by).size, 3); // it took its own place
  }
});

test("a drain tells clients where to go, each another node first, and the nodes at once", async () => {
  const [a, b] = nodes as [Server, Server, Server];
  const d = await node();
  for (const by of [a, b, d]) await seen(by, d, "up");
  for (const one of nodes) await seen(d, one, "up");
  const alice = await person(d, "alice");
  const sockets = await Promise.all(Array.from({ length: 12 }, () => alice.raw()));
  const stopped = d.stop();
  const told = await Promise.all(sockets.map((raw) => raw.push(isGoaway, "goaway")));
  const first = new Set<string>();
  for (const push of told) {
    assert.equal(push.reason, "shutdown");
    const urls = (push.nodes ?? []).map((one) => one.url);
    assert.deepEqual([...urls].sort(), nodes.map((one) => one.socketUrl).sort());
    first.add(urls[0] as string);
  }
  assert.ok(first.size > 1, "they are spread");
  for (const raw of sockets) assert.equal(await within(raw.closed, "a closed socket"), 4000);
  await stopped;
  for (const by of [a, b]) assert.ok((await seen(by, d, "removed")) < DOWN_MS_MAX);
  await d.end();
});

test("who joins is handed some of the others' clients, who may stay", async () => {
  const own = { "nats.subject": "joining" };
  const a = await node(own);
  const alice = await person(a, "alice");
  const sockets = await Promise.all(Array.from({ length: 120 }, () => alice.raw()));
  const b = await node(own);
  await seen(a, b, "up");
  const told = (): Raw[] => sockets.filter((raw) => raw.pushes.some(isGoaway));
  await eventually(() => (told().length >= 2 ? true : undefined), "two were told to go");
  assert.ok(told().length < 20, "slowly");
  for (const raw of told()) {
    const push = raw.pushes.find(isGoaway);
    assert.equal(push?.reason, "balance");
    assert.deepEqual(push?.nodes?.map((one) => one.url), [b.socketUrl]);
    assert.ok((await raw.ask("beat")).ok);
  }
  for (const raw of sockets) raw.close();
  await b.end();
  await a.end();
});

test("what a node does not serve is another's", async () => {
  const api = await node({ roles: "api" });
  const chat = await node({ roles: "chat" });
  await seen(api, chat, "up");
  const alice = await person(api, "alice");
  const reply = await alice.rest.call("connect", {}, alice.token);
  assert.ok(!reply.nodes.some((one) => one.url === api.socketUrl));
  await assert.rejects(Raw.open(api));
  for (const path of ["/v1/connect", "/"]) {
    const response = await fetch(`${chat.base}${path}`);
    await response.text();
    assert.equal(response.status, 404, path);
  }
  assert.equal(await ready(chat), 200);
  (await Raw.open(chat)).close();
  await chat.end();
  await api.end();
});

test("without NATS no node is ready, and after a while each tells its clients", async () => {
  const [a] = nodes as [Server];
  const alice = await person(a, "alice");
  const raw = await alice.raw();
  await nats.kill();
  const since = Date.now();
  await eventually(async () => ((await ready(a)) === 503 ? true : undefined), "not ready");
  const push = await eventually(() => raw.pushes.find(isGoaway), "goaway", 4 * UNREADY_MS * PATIENCE);
  assert.ok(Date.now() - since > UNREADY_MS - 1000, "not for a short while");
  assert.equal(push.reason, "unavailable");
  assert.equal(push.nodes?.length, 2);
  assert.ok((await raw.ask("beat")).ok, "nobody is forced");
  await nats.start();
  for (const one of nodes) await eventually(async () => ((await ready(one)) === 200 ? true : undefined), "ready");
  for (const by of nodes) for (const one of nodes) await seen(by, one, "up");
  await sleep(1000);
  assert.equal(raw.pushes.filter(isGoaway).length, 1);
  raw.close();
});
