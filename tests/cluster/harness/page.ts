/** Imported before tests of the page (a file each): it then meets three nodes, behind a proxy that sends each
 * of the sockets to the next. One run has one keyspace for all files (TEST_KEYSPACE): making its fifty tables
 * takes longest, and nobody has another's name.
 *
 * Not here is what ends or stops the server, or stands before it (outage, tabs, offline, many), and what is about
 * the page alone, however it came by what it shows (look, layout, long, storage). */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { after } from "node:test";
import { Stage, USUAL } from "../../browser/harness/stage.ts";
import type { Server } from "../../integration/harness/server.ts";
import { eventually } from "../../integration/harness/wait.ts";
import { web } from "../../integration/harness/web.ts";
import { Cluster, aStore } from "./cluster.ts";
import { Proxy } from "./proxy.ts";

// Nobody else shall have it until the nodes are there.
const held = createServer().listen(0, "127.0.0.1");
await once(held, "listening");
const { port } = held.address() as AddressInfo;
const options = {
  ...USUAL,
  public_url: `http://127.0.0.1:${port}`,
  trusted_proxies: "127.0.0.1",
  // On a busy machine nothing shall be refused that is only slow: no test here is about that.
  "cassandra.timeout_ms": 20_000,
};
const keyspace = process.env["TEST_KEYSPACE"];
const cluster = await Cluster.start(0, options, aStore(keyspace ? { "cassandra.keyspace": keyspace } : {}));
await Promise.all([1, 2, 3].map(() => cluster.joins()));
const ports = cluster.nodes.map((node) => node.port);
held.close();
await once(held, "close");
const proxy = await Proxy.start(port, { api: ports, sockets: ports });
await eventually(async () => (await web(`${proxy.base}/readyz`)).status === 200 || undefined, "a node behind the proxy");
Stage.elsewhere = { node: cluster.nodes[0] as Server, base: proxy.base };

after(async () => {
  await proxy.end();
  await cluster.end();
});
