/** haproxy before some nodes: it sends sockets to the ones and all else to the others, to those
 * whose /readyz says that they are ready, and says whose request it is. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers } from "../../integration/harness/nats.ts";
import { eventually } from "../../integration/harness/wait.ts";

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const SHARED = `
global
    maxconn 2000
    nbthread 1

defaults
    mode http
    log stdout format raw daemon notice
    log global
    option forwardfor
    option redispatch 1
    retries 3
    retry-on conn-failure empty-response
    timeout connect 5s
    timeout client 1m
    timeout server 1m
    timeout tunnel 1h
    timeout check 5s
    default-server check inter 500ms fall 2 rise 1
`;

function backend(name: string, ports: number[]): string {
  const servers = ports.map((port, i) => `    server ${name}${i + 1} 127.0.0.1:${port}\n`);
  return `
backend ${name}
    balance roundrobin
    http-request disable-l7-retry unless METH_GET
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr host proxy
    http-check expect status 200
${servers.join("")}`;
}

export class Proxy {
  readonly port: number;
  #dir: string;
  #child: ChildProcess;

  private constructor(port: number, dir: string, child: ChildProcess) {
    this.port = port;
    this.#dir = dir;
    this.#child = child;
  }

  /** The ports of the nodes, which need not be there yet. */
  static async start(port: number, nodes: { api: number[]; sockets: number[] }): Promise<Proxy> {
    const dir = await mkdtemp(join(tmpdir(), "parley-proxy-"));
    const file = join(dir, "haproxy.cfg");
    const frontend = `
frontend all
    bind 127.0.0.1:${port}
    use_backend sockets if { path /v1/socket }
    default_backend api
`;
    await writeFile(file, SHARED + frontend + backend("api", nodes.api) + backend("sockets", nodes.sockets));
    const child = spawn("haproxy", ["-db", "-f", file], { stdio: ["ignore", "ignore", "inherit"] });
    running.add(child);
    for (const event of ["exit", "error"]) child.once(event, () => running.delete(child));
    const proxy = new Proxy(port, dir, child);
    await eventually(() => answers(port), "haproxy answers");
    assert.equal(child.exitCode, null);
    return proxy;
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.port}/v1/socket`;
  }

  async end(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
    await rm(this.#dir, { recursive: true, force: true });
  }
}
