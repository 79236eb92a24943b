/** Three nodes of Cassandra behind relays, by tests/cluster/cassandra: it starts and ends them. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Links } from "./links.ts";

/** For whoever works on one scenario: they start slowly. */
const KEEP = process.env["FAULTS_KEEP"] !== undefined;
const TOOL = "tests/cluster/cassandra";
export const NODES = 3;

interface Facts {
  native_port: number;
  storage_port: number;
  addresses: string[];
  behind: string[];
}

export class Cassandra {
  readonly dir: string;
  readonly #facts: Facts;

  private constructor(dir: string) {
    this.dir = dir;
    this.#facts = JSON.parse(readFileSync(join(dir, "cluster.json"), "utf8")) as Facts;
  }

  /** Those who run are reached by relays, by others of them too. None of them runs yet, unless the one
   * before was told to keep them. */
  static async plan(dir: string, links: Links): Promise<Cassandra> {
    if (!KEEP || !existsSync(join(dir, "cluster.json"))) await run(TOOL, ["plan", dir, "--nodes", String(NODES), "--relayed"]);
    const cassandra = new Cassandra(dir);
    const { addresses, behind, native_port, storage_port } = cassandra.#facts;
    for (let n = 1; n <= NODES; n++) {
      const name = `cassandra${n}`;
      links.knows(name, () => cassandra.#pid(n));
      for (const port of [native_port, storage_port]) {
        const [at, target] = [addresses, behind].map((all) => ({ host: hostOf(all[n - 1] as string), port }));
        await links.relay(name, at as { host: string; port: number }, target as { host: string; port: number });
      }
    }
    if (!KEEP) process.on("exit", () => spawnSync(TOOL, ["down", dir]));
    return cassandra;
  }

  get contacts(): string {
    return this.#facts.addresses.join(",");
  }

  /** `variables`: what it sees of the environment besides, such as another clock. */
  start(n: number, variables: Record<string, string> = {}): Promise<string> {
    const more = Object.entries(variables).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
    return run(TOOL, ["start", this.dir, String(n), ...more]);
  }

  /** kill -9. */
  kill(n: number): Promise<string> {
    return run(TOOL, ["kill", this.dir, String(n)]);
  }

  pause(n: number): Promise<string> {
    return run(TOOL, ["pause", this.dir, String(n)]);
  }

  resume(n: number): Promise<string> {
    return run(TOOL, ["resume", this.dir, String(n)]);
  }

  async end(): Promise<void> {
    if (!KEEP) await run(TOOL, ["down", this.dir]);
  }

  runs(n: number): boolean {
    const pid = this.#pid(n);
    return pid !== undefined && existsSync(`/proc/${pid}`);
  }

  #pid(n: number): number | undefined {
    try {
      return parseInt(readFileSync(join(this.dir, `node${n}`, "pid"), "utf8"), 10);
    } catch {
      return undefined;
    }
  }
}

/** Never spawnSync: the relays turn in this process. The answer: what it says. */
export async function run(
  program: string,
  args: string[],
  started: (pid: number | undefined) => void = () => {},
): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  started(child.pid);
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const [status] = (await once(child, "exit")) as [number | null];
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${said}`);
  return said;
}

function hostOf(address: string): string {
  return address.slice(0, address.indexOf(":"));
}
