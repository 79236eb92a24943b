/**
 * A real server in a directory of its own, on a free port of this machine; with TEST_CLUSTER one of so
 * many nodes (tests/cluster/harness/several.ts). Whoever starts one ends it; what is left when the
 * process ends is killed by its id.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PATIENCE, sleep, within } from "./wait.ts";

export const BINARY = process.env["PARLEYD"] ?? "";
/** It must be ready within, and gone within. */
const READY_MS_MAX = 60_000 * PATIENCE;
const EXIT_MS_MAX = 30_000 * PATIENCE;
/** What a sanitizer prints. */
const SANITIZER = /(ERROR|WARNING): \w*Sanitizer|runtime error:/;

/** How many nodes whatever Server.start() answers with has. */
export const NODES = Number(process.env["TEST_CLUSTER"] ?? 1);
/** A test's options, where several nodes have nothing for it to try. */
export function ofOneNode(why: string): { skip: string | false } {
  return { skip: NODES > 1 && why };
}

/** Until what one node was told, others go by too (docs/operations/nodes.md): those who asked before. */
export function everywhere(): Promise<void> {
  return sleep(NODES > 1 ? 1000 : 0);
}

/** `{port}` in a text is the server's own. */
export type Options = { [option: string]: string | number | boolean };

/** Raw clients send faster than people, and all come from here. limits.test.ts has the limits. */
export const UNLIMITED: Options = {
  frames_per_s: 100_000,
  frames_burst: 100_000,
  requests_burst: 0,
  sends_burst: 0,
  searches_burst: 0,
  drafts_burst: 0,
  exports_burst: 0,
  bytes_burst: 0,
  sockets_per_user: 0,
  unauthenticated_per_address: 0,
  signups_per_address: 0,
  requests_per_user: 0,
};

const USUAL: Options = {
  registration: "open",
  insecure_fast_passwords: true,
  ...UNLIMITED,
  drain_ms: 8000 * PATIENCE,
};

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The tests' own variables are no options of the server. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PARLEY")));
}

function flags(options: Options): string[] {
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}

export class Server {
  readonly dir: string;
  readonly port: number;
  /** What it sees of the environment besides, from the next start on. */
  variables: Record<string, string> = {};
  /** Of which version it is, from the next start on. */
  binary = BINARY;
  #options: Options;
  #descriptors: number | undefined;
  #child: ChildProcess | undefined;
  /** Those that were told to end. */
  #told = new WeakSet<ChildProcess>();
  #log = "";

  constructor(dir: string, port: number, options: Options, descriptors?: number) {
    this.dir = dir;
    this.port = port;
    this.#options = options;
    this.#descriptors = descriptors;
  }

  /** `descriptors`: as many as it may have open, where that is what a test is about. */
  static async start(options: Options = {}, descriptors?: number): Promise<Server> {
    if (NODES === 1) return Server.alone(options, descriptors);
    const { Several } = await import("../../cluster/harness/several.ts");
    return Several.start(options);
  }

  /** One process, whatever the suite asks for. */
  static async alone(options: Options = {}, descriptors?: number, binary = BINARY): Promise<Server> {
    const dir = await mkdtemp(join(tmpdir(), "parley-integration-"));
    const server = new Server(dir, await freePort(), { ...USUAL, ...options }, descriptors);
    server.binary = binary;
    try {
      await server.start();
    } catch (thrown) {
      await server.kill();
      await rm(dir, { recursive: true, force: true });
      throw thrown;
    }
    return server;
  }

  get pid(): number {
    assert.ok(this.#child?.pid, "it does not run");
    return this.#child.pid;
  }

  /** Its process id, if it runs. */
  get runs(): number | undefined {
    return this.#child?.pid;
  }

  /** Of its addresses: http or ws, with an s if it has a certificate. */
  #scheme(plain: "http" | "ws"): string {
    return "tls.certificate" in this.#options ? `${plain}s` : plain;
  }

  get base(): string {
    return `${this.#scheme("http")}://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `${this.#scheme("ws")}://127.0.0.1:${this.port}/v1/socket`;
  }

  /** Everything it has written to its log. */
  get log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    assert.ok(this.binary, "PARLEYD must name the server's binary");
    const limited = ["-c", `ulimit -n ${this.#descriptors} && exec "$0" "$@"`, this.binary];
    const [program, ...first] = this.#descriptors ? ["sh", ...limited] : [this.binary];
    const child = spawn(program as string, [...first, "serve", ...this.#flags()], {
      env: { ...environment(), ...this.variables }, stdio: ["ignore", "pipe", "pipe"], cwd: this.dir,
    });
    this.#child = child;
    running.add(child);
    child.stdout?.on("data", (data: Buffer) => (this.#log += data.toString()));
    child.stderr?.on("data", (data: Buffer) => (this.#log += data.toString()));
    child.once("exit", () => running.delete(child));
    child.once("close", (status, signal) => {
      if (!this.#told.has(child)) console.error(`a server ended by itself (${signal ?? status}):\n${this.#tail()}`);
    });
    await this.#ready(child);
  }

  /** SIGTERM, which it must follow with status 0. */
  async stop(): Promise<void> {
    assert.equal(await this.signal("SIGTERM"), 0, `it did not end well:\n${this.#tail()}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.signal("SIGKILL");
  }

  /** Answers with its exit status, null if the signal ended it. */
  async signal(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    // What died of itself, by a signal too, gives no event any more.
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, "exit");
    this.#told.add(child);
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), EXIT_MS_MAX);
    const [status] = (await exited) as [number | null];
    clearTimeout(late);
    this.#child = undefined;
    return status;
  }

  async restart(how: "stop" | "kill" = "stop"): Promise<void> {
    await this[how]();
    await this.start();
  }

  /** The end of it, at the end of a test file. */
  async end(): Promise<void> {
    if (this.#child) await this.stop();
    assert.doesNotMatch(this.#log, SANITIZER);
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Runs another subcommand of the binary on this server's directory. */
  command(args: string[], input = ""): { status: number | null; output: string } {
    return command([...args, `--data_dir=${join(this.dir, "data")}`], input);
  }

  /** What it keeps is, whoever has stopped it. */
  isSound(): void {
    const { status, output } = this.command(["verify"]);
    assert.equal(status, 0, output);
  }

  #flags(): string[] {
    const options = Object.entries(this.#options).map(([name, value]) =>
      [name, typeof value === "string" ? value.replace("{port}", String(this.port)) : value]);
    return flags({
      data_dir: join(this.dir, "data"), listen: `127.0.0.1:${this.port}`, ...Object.fromEntries(options),
    });
  }

  async #ready(child: ChildProcess): Promise<void> {
    for (const until = Date.now() + READY_MS_MAX; Date.now() < until; await sleep(20)) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      // Where a proxy must speak first, its own word has to do.
      if (this.#options["proxy_protocol"] && this.#log.includes("Parley is at")) return;
      try {
        const response = await fetch(`${this.base}/readyz`);
        await response.text();
        if (response.status === 200) return;
      } catch {
        // Not listening yet.
      }
    }
    throw new Error(`the server is not ready:\n${this.#tail()}`);
  }

  #tail(): string {
    return this.#log.split("\n").slice(-30).join("\n");
  }
}

/** Runs the binary to its end, within so many ms, with these variables besides the usual. */
export function command(
  args: string[],
  input = "",
  variables: Record<string, string> = {},
  ms = 30_000 * PATIENCE,
): { status: number | null; output: string } {
  const env = { ...environment(), ...variables };
  const done = spawnSync(BINARY, args, { env, input, encoding: "utf8", timeout: ms });
  return { status: done.status, output: done.stdout + done.stderr };
}

/** The same while this process goes on, so that load goes on too; of any version. */
export async function beside(
  args: string[],
  ms = 60_000 * PATIENCE,
  binary = BINARY,
): Promise<{ status: number | null; output: string }> {
  const child = spawn(binary, args, { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  const [status] = (await within(once(child, "close"), args.join(" "), ms)) as [number | null];
  return { status, output };
}

export async function freePort(): Promise<number> {
  const listener = createServer();
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  assert.ok(address !== null && typeof address === "object");
  listener.close();
  await once(listener, "close");
  return address.port;
}
