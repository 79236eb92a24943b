/** One run of the server's program, from its start to a death of any kind. */
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { UNLIMITED } from "../integration/harness/server.ts";
import { PATIENCE, within } from "../integration/harness/wait.ts";
import { web } from "../integration/harness/web.ts";

const BINARY = process.env["PARLEYD"] ?? "";
const READY_MS_MAX = 30_000 * PATIENCE;

const OPTIONS = {
  listen: "127.0.0.1:0",
  registration: "open",
  insecure_fast_passwords: true,
  tries_per_address: 0,
  ...UNLIMITED,
};

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class Host {
  /** Where it listens, or undefined when it ended before. */
  readonly address: Promise<string | undefined>;
  readonly ended: Promise<number | null>;
  base = "";
  #child: ChildProcess;
  #log = "";

  constructor(data: string, env: NodeJS.ProcessEnv) {
    const flags = Object.entries({ ...OPTIONS, data_dir: data }).map(([name, value]) => `--${name}=${value}`);
    // The tests' own variables are no options of the server.
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PARLEY"));
    const child = spawn(BINARY, ["serve", ...flags], {
      env: { ...Object.fromEntries(own), ...env }, stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(child);
    child.stderr?.on("data", (data: Buffer) => (this.#log += data.toString()));
    this.ended = once(child, "close").then(([status]) => {
      running.delete(child);
      return status as number | null;
    });
    this.address = new Promise((resolve) => {
      child.stdout?.on("data", (data: Buffer) => {
        this.#log += data.toString();
        const found = /^Parley is at (http:\S+)$/m.exec(this.#log);
        if (found?.[1] !== undefined) resolve((this.base = found[1]));
      });
      void this.ended.then(() => resolve(undefined));
    });
  }

  get socketUrl(): string {
    return `${this.base.replace("http", "ws")}/v1/socket`;
  }

  get log(): string {
    return this.#log;
  }

  async listens(): Promise<void> {
    const address = await within(this.address, "a server that listens", READY_MS_MAX);
    if (address === undefined) throw new Error(`the server does not start:\n${this.#log}`);
  }

  /** False once it ended, of itself or not. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async isReady(): Promise<boolean> {
    return (await web(`${this.base}/readyz`)).status === 200;
  }

  /** kill -9, unless it is told to end otherwise. */
  async dies(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | null> {
    this.#child.kill(signal);
    return within(this.ended, "the server's end", READY_MS_MAX);
  }
}

/** `parleyd verify` on a directory that no server holds. */
export function verify(data: string): { status: number | null; output: string } {
  const done = spawnSync(BINARY, ["verify", data], { encoding: "utf8", timeout: READY_MS_MAX });
  return { status: done.status, output: done.stdout + done.stderr };
}
