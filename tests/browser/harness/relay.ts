/**
 * A wire between a browser and the server that a test can do things to: cut it, have it swallow what
 * the server says, or let one of the server's files be another one.
 */
import { once } from "node:events";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

export class Relay {
  /** Added to the end of the file at a path. */
  readonly added = new Map<string, string>();
  #target: number;
  #http: HttpServer;
  #sockets = new Set<Duplex>();
  #servers = new Set<Socket>();
  #isCut = false;

  constructor(target: number) {
    this.#target = target;
    this.#http = createServer((asked, answer) => this.#pass(asked, answer));
    this.#http.on("connection", (socket: Socket) => {
      this.#keep(this.#sockets, socket);
      if (this.#isCut) socket.destroy();
    });
    this.#http.on("upgrade", (asked: IncomingMessage, socket: Duplex) => this.#join(asked, socket));
  }

  /** To the server at a port. */
  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target);
    relay.#http.listen(0, "127.0.0.1");
    await once(relay.#http, "listening");
    return relay;
  }

  get base(): string {
    const address = this.#http.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  /** What the server says on its open sockets reaches nobody any more. */
  swallow(): void {
    for (const server of this.#servers) server.unpipe().resume();
  }

  /** Nothing goes through, and nothing is there any more. */
  cut(): void {
    this.#isCut = true;
    for (const socket of [...this.#sockets, ...this.#servers]) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async end(): Promise<void> {
    this.cut();
    this.#http.close();
    await once(this.#http, "close");
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url = "/", headers } = asked;
    const more = this.added.get(url);
    const { "accept-encoding": _, "if-none-match": _known, ...plain } = headers;
    const passed = request({ host: "127.0.0.1", port: this.#target, method, path: url, headers: more ? plain : headers }, (got) => {
      const { "content-length": _length, etag: _etag, ...told } = got.headers;
      answer.writeHead(got.statusCode ?? 502, more ? told : got.headers);
      got.on("end", () => answer.end(more)).pipe(answer, { end: false });
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  }

  /** From here on it is bytes. */
  #join(asked: IncomingMessage, socket: Duplex): void {
    const server = connect(this.#target, "127.0.0.1");
    this.#keep(this.#servers, server);
    const head = asked.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []));
    server.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
    server.pipe(socket);
    socket.pipe(server);
  }

  #keep<T extends Duplex>(all: Set<T>, socket: T): void {
    all.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => all.delete(socket));
  }
}
