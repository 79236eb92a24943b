/** Nodes that serve routes alone and nodes that serve sockets alone, behind haproxy: people notice
 * nothing of it, not when one of either kind goes, and each is who they are to every node. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import type { ParleyError } from "../../client/src/index.ts";
import { allRows } from "../integration/harness/nodes.ts";
import type { Device } from "../integration/harness/people.ts";
import { everybodyLeaves, friends, person } from "../integration/harness/people.ts";
import { Raw } from "../integration/harness/raw.ts";
import type { Server } from "../integration/harness/server.ts";
import { freePort } from "../integration/harness/server.ts";
import { eventually, within } from "../integration/harness/wait.ts";
import { anAddress, web } from "../integration/harness/web.ts";
import { Cluster } from "./harness/cluster.ts";
import { Proxy } from "./harness/proxy.ts";

const TRIES = 3;
const STRANGERS = 4;

let cluster: Cluster;
let proxy: Proxy;
let api: Server[];
let sockets: Server[];

before(async () => {
  const port = await freePort();
  cluster = await Cluster.start(0, {
    public_url: `http://127.0.0.1:${port}`, trusted_proxies: "127.0.0.1",
    tries_per_address: TRIES, unauthenticated_per_address: STRANGERS, auth_ms: 60_000,
  });
  const of = (roles: string): Promise<Server[]> =>
    Promise.all([1, 2].map(() => cluster.joins({ roles })));
  [api, sockets] = await Promise.all([of("api"), of("chat")]);
  proxy = await Proxy.start(port, {
    api: api.map((node) => node.port), sockets: sockets.map((node) => node.port),
  });
  await eventually(async () => (await web(`${proxy.base}/readyz`)).status === 200 || undefined, "a node for routes");
  await eventually(async () => (await isServed(anAddress())) || undefined, "a node for sockets");
});

after(async () => {
  for (const socket of strangers) socket.destroy();
  everybodyLeaves();
  await cluster.end();
  await proxy.end();
});

/** As each says of itself. */
const connections = (node: Server): number => allRows(node).find((row) => row.self)?.connections ?? 0;

const strangers = new Set<Socket>();

/** Whether a socket of nobody yet, from there, is opened; it then stays so. */
async function isServed(from: string): Promise<boolean> {
  const socket = connect({ port: proxy.port, host: "127.0.0.1", localAddress: from });
  strangers.add(socket);
  socket.on("error", () => {});
  socket.write(
    "GET /v1/socket HTTP/1.1\r\nHost: parley\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  const end = new Promise<string>((resolve) => socket.once("close", () => resolve("")));
  const data = new Promise<string>((resolve) => socket.once("data", (part) => resolve(String(part))));
  return (await within(Promise.race([data, end]), "an answer or an end")).startsWith("HTTP/1.1 101");
}

/** What a sign-in with a wrong password is answered. */
async function wrong(from: string): Promise<number> {
  const { status } = await web(`${proxy.base}/v1/signin`, {
    method: "POST", from, headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: `nobody-${randomBytes(6).toString("hex")}`, password: "wrong password" }),
  });
  return status;
}

const repeated = <T>(n: number, what: T): T[] => Array.from({ length: n }, () => what);

test("two talk through the proxy, and their sockets are on the nodes for these", async () => {
  const [alice, bob] = await friends(proxy, "alice", "bob") as [Device, Device];
  await alice.sends(bob, "one");
  await bob.sees("one", alice);
  bob.reads(alice);
  await alice.seesTick("one", bob, "read");
  const all = sockets.reduce((sum, node) => sum + connections(node), 0);
  assert.ok(all >= 2, `${all} sockets`);
  for (const node of api) await assert.rejects(Raw.open(node), "a node for routes takes no socket");
  for (const node of sockets) assert.equal((await web(`${node.base}/v1/connect`)).status, 404);
});

test("who asks is the proxy's client, to both kinds of nodes", async () => {
  const [one, other] = [anAddress(), anAddress()];
  const all = api.length * TRIES;
  const answers: number[] = [];
  for (let i = 0; i < all + 2; i++) answers.push(await wrong(one));
  assert.deepEqual(answers, [...repeated(all, 401), 429, 429]);
  assert.equal(await wrong(other), 401);

  const served: boolean[] = [];
  for (let i = 0; i < sockets.length * STRANGERS + 2; i++) served.push(await isServed(one));
  assert.deepEqual(served, [...repeated(sockets.length * STRANGERS, true), false, false]);
  assert.equal(await isServed(other), true);
});

test("a node for sockets is killed: its people come back by the other one", async () => {
  const [alice, bob] = await friends(proxy, "alice", "bob") as [Device, Device];
  const [first, second] = sockets as [Server, Server];
  await first.kill();
  const names = ["one", "two", "three"];
  for (const text of names) void alice.sends(bob, text);
  for (const text of names) await bob.sees(text, alice);
  for (const text of names) await alice.seesTick(text, bob, "delivered");
  await first.start();
  // Now the other one; who is there is to come back by the one that was away.
  await eventually(async () => (await web(`${first.base}/readyz`)).status === 200 || undefined, "it is ready");
  await second.kill();
  void bob.sends(alice, "four");
  await alice.sees("four", bob);
  await second.start();
});

test("a node for routes ends in order: nobody's request fails", async () => {
  const alice = await person(proxy, "alice");
  const [first] = api as [Server];
  let asked = 0;
  let over = false;
  const failures: string[] = [];
  const asking = (async () => {
    while (!over) {
      asked++;
      await alice.rest.call("device.list", {}, alice.token)
        .catch((thrown: ParleyError) => failures.push(`${thrown.code}: ${thrown.message}`));
    }
  })();
  await eventually(() => asked > 20 || undefined, "requests");
  await first.stop();
  const before = asked;
  await eventually(() => asked > before + 20 || undefined, "requests without it");
  await first.start();
  over = true;
  await asking;
  assert.deepEqual(failures, []);
});
