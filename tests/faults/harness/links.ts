/**
 * The wires of a cluster: a TCP relay in front of each engine, which every connection to it goes
 * through, and which a test cuts, holds or slows by who is at the two ends. Whose a connection is the
 * kernel says, since all come from one address: its socket is among the open files of that process.
 *
 * A held wire carries nothing, and closes nothing: both ends believe in it until their own time is
 * over, as when a cable is out or a host is gone. A cut one is closed, and so is whoever calls. Held
 * bytes are not lost, since TCP would send them again: they go on when the wire is mended.
 */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { once } from "node:events";
import type { Server as Listener, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { sleep } from "../../integration/harness/wait.ts";

export interface Treatment {
  /** Closes what stands, and what comes. */
  cut?: boolean;
  /** Nothing goes from the one who called, or nothing comes back. */
  held_there?: boolean;
  held_back?: boolean;
  /** Each piece takes so much longer. */
  slow_ms?: number;
}

export const CUT: Treatment = { cut: true };
export const SILENT: Treatment = { held_there: true, held_back: true };
export const DEAF: Treatment = { held_back: true };
export const MUTE: Treatment = { held_there: true };

interface Call {
  from: string;
  to: string;
  near: Socket;
  far: Socket;
}

/** At once on all wires: each node of Cassandra has a few to each other and to each client. */
const CALLS_MAX = 2000;

export class Links {
  #ends = new Map<string, () => number | undefined>();
  #listeners: Listener[] = [];
  #calls = new Set<Call>();
  #treatments = new Map<string, Treatment>();
  #changed: (() => void)[] = [];

  /** Who may call, by the process that it is at the moment. */
  knows(name: string, pid: () => number | undefined): void {
    this.#ends.set(name, pid);
  }

  /** Whoever calls there is put through to `to`, which is so called. The answer: the port. */
  async relay(to: string, at: { host: string; port: number }, target: { host: string; port: number }): Promise<number> {
    const listener = createServer((near) => this.#called(near, to, target));
    listener.listen(at.port, at.host);
    await once(listener, "listening");
    this.#listeners.push(listener);
    const address = listener.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  /** From now on, for what these have between them, whoever called. `there` is from the first. */
  treat(one: string, other: string, treatment: Treatment): void {
    const { held_there: there, held_back: back } = treatment;
    this.#treatments.set(wire(one, other), treatment);
    this.#treatments.set(wire(other, one), { ...treatment, held_there: back ?? false, held_back: there ?? false });
    this.#apply();
  }

  mend(): void {
    this.#treatments.clear();
    this.#apply();
  }

  end(): void {
    for (const listener of this.#listeners) listener.close();
    for (const { near, far } of this.#calls) {
      near.destroy();
      far.destroy();
    }
    this.mend();
  }

  #apply(): void {
    for (const { from, to, near, far } of this.#calls) {
      if (!this.#of(from, to).cut) continue;
      near.destroy();
      far.destroy();
    }
    for (const look of this.#changed.splice(0)) look();
  }

  #of(from: string, to: string): Treatment {
    return this.#treatments.get(wire(from, to)) ?? {};
  }

  #called(near: Socket, to: string, target: { host: string; port: number }): void {
    near.on("error", () => {});
    const from = this.#caller(near);
    if (from === undefined || this.#of(from, to).cut || this.#calls.size >= CALLS_MAX) {
      near.destroy();
      return;
    }
    const far = connect({ ...target, noDelay: true });
    near.setNoDelay(true);
    const call = { from, to, near, far };
    this.#calls.add(call);
    void Promise.all([this.#carry(call, near, far, "held_there"), this.#carry(call, far, near, "held_back")])
      .catch(() => {})
      .finally(() => {
        near.destroy();
        far.destroy();
        this.#calls.delete(call);
      });
  }

  async #carry({ from, to }: Call, source: Socket, sink: Socket, held: "held_there" | "held_back"): Promise<void> {
    source.on("error", () => sink.destroy());
    for await (const piece of source as AsyncIterable<Buffer>) {
      const slow = this.#of(from, to).slow_ms;
      if (slow) await sleep(slow);
      await this.#mended(from, to, held, sink);
      if (sink.destroyed) return;
      if (!sink.write(piece)) await Promise.race([once(sink, "drain"), once(sink, "close")]);
    }
    await this.#mended(from, to, held, sink);
    sink.end();
  }

  /** Or torn down. */
  async #mended(from: string, to: string, held: "held_there" | "held_back", sink: Socket): Promise<void> {
    while (this.#of(from, to)[held] && !sink.destroyed) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  #caller({ remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 }: Socket): string | undefined {
    const row = `${kernels(remoteAddress, remotePort)} (?:0{16}FFFF0000)?${kernels(localAddress, localPort)} `;
    const found = new RegExp(`${row}(?:\\S+ +){6}(\\d+)`);
    const inode = ["tcp", "tcp6"].map((table) => found.exec(readFileSync(`/proc/net/${table}`, "latin1"))?.[1])
      .find((one) => one !== undefined);
    if (inode === undefined) return undefined;
    for (const [name, pidOf] of this.#ends) {
      const pid = pidOf();
      if (pid !== undefined && hasOpen(pid, `socket:[${inode}]`)) return name;
    }
    return undefined;
  }
}

function wire(from: string, to: string): string {
  return `${from}>${to}`;
}

/** An address as /proc/net/tcp writes it, on a machine that stores the lowest byte first. */
function kernels(address: string, port: number): string {
  const bytes = address.replace("::ffff:", "").split(".").map(Number).reverse();
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

function hasOpen(pid: number, file: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === file);
  } catch {
    return false; // It has ended.
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // Closed since.
  }
}
