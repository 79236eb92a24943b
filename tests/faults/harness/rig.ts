/**
 * One cluster for all scenarios: three nodes of Cassandra, three NATS servers and three `parleyd`,
 * and every wire to an engine in the test's hands. Names: parleyd1, nats1, cassandra1 and so on; 1 to 3
 * for all that counts nodes here.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { Nats } from "../../integration/harness/nats.ts";
import type { Row } from "../../integration/harness/nodes.ts";
import { rowsIn } from "../../integration/harness/nodes.ts";
import { Server, UNLIMITED, freePort } from "../../integration/harness/server.ts";
import { eventually, sleep } from "../../integration/harness/wait.ts";
import { Cassandra, NODES, run } from "./cassandra.ts";
import { Links } from "./links.ts";

export const NUMBERS = [1, 2, 3] as const;
/** After a fault has ended, on a busy machine: sessions of the driver, the bus and the clients. */
export const HEAL_MS_MAX = 300_000;
/** One look is a program that starts. */
const LOOK_EVERY_MS = 500;
const REPLICATION = `{'class': 'SimpleStrategy', 'replication_factor': ${NODES}}`;
const LOOPBACK = "127.0.0.1";

export class Rig {
  readonly links = new Links();
  readonly servers: Server[] = [];
  readonly nats: Nats[] = [];
  cassandra!: Cassandra;
  #dir = "";

  static async start(): Promise<Rig> {
    const rig = new Rig();
    try {
      await rig.#start();
    } catch (thrown) {
      await rig.end(); // Or the relays would keep this process.
      throw thrown;
    }
    return rig;
  }

  async #start(): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), "parley-faults-"));
    this.cassandra = await Cassandra.plan(resolve("build/cassandra/faults"), this.links);
    for (const n of NUMBERS) if (!this.cassandra.runs(n)) await this.cassandra.start(n);
    await this.#startServers(await this.#startNats());
    await this.isReady();
  }

  server(n: number): Server {
    return this.servers[n - 1] as Server;
  }

  async end(): Promise<void> {
    this.links.mend();
    for (const server of this.servers) await server.end();
    for (const nats of this.nats) await nats.kill();
    await this.cassandra?.end();
    this.links.end();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Every node says that it can serve, and sees all of them over the bus. */
  async isReady(): Promise<void> {
    for (const server of this.servers) {
      await eventually(async () => {
        try {
          const { status } = await fetch(`${server.base}/readyz`, { signal: AbortSignal.timeout(2000) });
          return status === 200 || undefined;
        } catch {
          return undefined;
        }
      }, `${server.base} is ready`, HEAL_MS_MAX);
    }
    for (const by of this.servers) {
      await eventually(async () => {
        const up = (await rowsOf(by)).filter(({ state }) => state === "up").map(({ url }) => url);
        return this.servers.every(({ socketUrl }) => up.includes(socketUrl)) || undefined;
      }, `${by.base} sees all nodes`, HEAL_MS_MAX);
    }
  }

  /** Each knows the others by their relays alone. The answer: where clients go. */
  async #startNats(): Promise<string> {
    const ports = await Promise.all(NUMBERS.map(async () => ({ client: await freePort(), route: await freePort() })));
    const relays: { client: number; route: number }[] = [];
    for (const [i, { client, route }] of ports.entries()) {
      const relay = (port: number): Promise<number> =>
        this.links.relay(`nats${i + 1}`, { host: LOOPBACK, port: 0 }, { host: LOOPBACK, port });
      relays.push({ client: await relay(client), route: await relay(route) });
    }
    for (const [i, { client, route }] of ports.entries()) {
      const others = relays.filter((_, other) => other !== i).map((one) => `nats://${LOOPBACK}:${one.route}`);
      const config = join(this.#dir, `nats${i + 1}.conf`);
      await writeFile(config, `cluster { name: parley, listen: "${LOOPBACK}:${route}", no_advertise: true
        advertise: "${LOOPBACK}:${relays[i]?.route}", routes: [${others.map((url) => `"${url}"`).join(", ")}] }\n`);
      const nats = new Nats(client, ["-c", config]);
      this.links.knows(`nats${i + 1}`, () => nats.pid);
      this.nats.push(nats);
      await nats.start();
    }
    return relays.map(({ client }) => `nats://${LOOPBACK}:${client}`).join(",");
  }

  async #startServers(urls: string): Promise<void> {
    const options = {
      ...UNLIMITED, registration: "open", insecure_fast_passwords: true,
      store: "cassandra", "cassandra.contacts": this.cassandra.contacts, "cassandra.keyspace": "faults",
      "cassandra.replication": REPLICATION, bus: "nats", "nats.urls": urls,
      public_url: `http://${LOOPBACK}:{port}`, "log.level": "warn",
    };
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const parleyd = process.env["PARLEYD"];
    assert.ok(parleyd, "PARLEYD must name the server's binary");
    await run(parleyd, ["migrate", ...flags.filter((flag) => !flag.includes("{port}"))],
      (pid) => this.links.knows("migrate", () => pid));
    for (const n of NUMBERS) {
      const dir = join(this.#dir, `parleyd${n}`);
      await mkdir(dir);
      const server = new Server(dir, await freePort(), options);
      this.links.knows(`parleyd${n}`, () => server.runs);
      this.servers.push(server);
      await server.start();
    }
  }
}

/** How a node sees the others. */
async function rowsOf(by: Server): Promise<Row[]> {
  const said = await run(process.env["PARLEYD"] as string, ["nodes", `--data_dir=${join(by.dir, "data")}`]);
  await sleep(LOOK_EVERY_MS);
  return rowsIn(said);
}

export const rig = await Rig.start();
after(() => rig.end());
