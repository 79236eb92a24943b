/** A socket without manners: sends whatever frames a test likes and keeps all that comes. */
import assert from "node:assert/strict";
import type {
  ApiError, AuthReply, ClientErrorCode, CommandName, Commands, Push, ReceiptsPush,
} from "../../../client/src/index.ts";
import type { Server } from "./server.ts";
import { PATIENCE, eventually, within } from "./wait.ts";

/** Not any error's code, but what a test may also want to hear. */
type Refusal = Omit<ApiError, "code"> & { code: ClientErrorCode };
export interface Answer<C extends CommandName> {
  ok?: Commands[C]["reply"];
  error?: Refusal;
}

/** But for one's own log, of which a cluster may tell though nothing changed (docs/log.md, 10): two nodes that
 * write down one sign-in leave it so. */
export function ofOthers<E extends { kind: string }>(entries: readonly E[]): E[] {
  return entries.filter(({ kind }) => kind !== "own");
}

export const isReceipts = (push: Push): push is ReceiptsPush => push.push === "receipts";

export class Raw {
  readonly pushes: Push[] = [];
  readonly frames: any[] = [];
  readonly closed: Promise<number>;
  auth!: AuthReply;
  #socket: WebSocket;
  #id = 0;
  #answered = new Map<number, (frame: any) => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(JSON.parse(String(event.data)));
    this.closed = new Promise((resolve) => (socket.onclose = (event) => resolve(event.code)));
  }

  /** Opened, and no more. */
  static async open(server: Pick<Server, "socketUrl">): Promise<Raw> {
    const socket = new WebSocket(server.socketUrl);
    const raw = new Raw(socket);
    await within(new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("the socket does not open"));
    }), "an open socket");
    socket.onerror = () => {};
    return raw;
  }

  static async signedIn(server: Pick<Server, "socketUrl">, token: string): Promise<Raw> {
    const raw = await Raw.open(server);
    raw.auth = await raw.ok("auth", { token });
    return raw;
  }

  send(frame: unknown): void {
    if (frame instanceof Uint8Array) this.#socket.send(new Uint8Array(frame));
    else this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** A command with any arguments at all. A socket that closes first answers `disconnected`. */
  ask<C extends CommandName>(cmd: C, args: object = {}): Promise<Answer<C>> {
    const id = ++this.#id;
    this.send({ id, cmd, ...args });
    const answer = new Promise<Answer<C>>((resolve) => {
      this.#answered.set(id, resolve);
      void this.closed.then(() => resolve({ error: { code: "disconnected", message: "" } }));
    });
    return within(answer, `an answer to ${cmd}`, 30_000 * PATIENCE);
  }

  async ok<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    const answer = await this.ask(cmd, args);
    assert.ok(answer.ok !== undefined, `${cmd} was refused: ${JSON.stringify(answer.error)}`);
    return answer.ok;
  }

  async refused<C extends CommandName>(cmd: C, args: object = {}): Promise<Refusal> {
    const answer = await this.ask(cmd, args);
    assert.ok(answer.error, `${cmd} was not refused: ${JSON.stringify(answer.ok)}`);
    return answer.error;
  }

  /** The first push, also of those that came before, that `good` takes. */
  push<P extends Push>(good: (push: Push) => push is P, what: string): Promise<P> {
    return eventually(() => this.pushes.find(good), what);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(frame: any): void {
    this.frames.push(frame);
    if (frame.push !== undefined) this.pushes.push(frame as Push);
    else if (this.#answered.has(frame.id)) {
      this.#answered.get(frame.id)?.(frame);
      this.#answered.delete(frame.id);
    }
  }
}
