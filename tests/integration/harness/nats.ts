/** A real nats-server on a free port of this machine. Whoever starts one ends it; what is left when
 * the process ends is killed by its id. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { freePort } from "./server.ts";
import { eventually } from "./wait.ts";

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class Nats {
  readonly port: number;
  #more: string[];
  #child: ChildProcess | undefined;

  /** `more`: arguments besides the usual. */
  constructor(port: number, more: string[] = []) {
    this.port = port;
    this.#more = more;
  }

  static async start(): Promise<Nats> {
    const nats = new Nats(await freePort());
    await nats.start();
    return nats;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Undefined: it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const args = ["-a", "127.0.0.1", "-p", String(this.port), ...this.#more];
    const child = spawn("nats-server", args, { stdio: "ignore" });
    this.#child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.once("error", () => running.delete(child));
    await eventually(() => answers(this.port), "nats-server answers");
    assert.equal(child.exitCode, null);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    this.#child = undefined;
  }
}

/** Whether something on this machine takes connections there. */
export async function answers(port: number): Promise<true | undefined> {
  const socket = connect(port, "127.0.0.1");
  const up = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return up || undefined;
}
