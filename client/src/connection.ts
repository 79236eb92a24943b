/**
 * One socket, from opening to closing: proves itself, matches answers to requests, beats, and
 * notices silence. It never reconnects; that is Link's matter (link.ts).
 *
 * Always holds: every request settles exactly once, at the latest when the connection ends; after
 * `closed` was called nothing else is.
 */
import type { ApiError, AuthReply, CommandName, Commands, Push } from "./api.ts";
import { CLOSE_CODES } from "./api.ts";
import type { Clock } from "./clock.ts";
import { ParleyError } from "./error.ts";
import type { Socket, Transport } from "./transport.ts";

/** For the handshake and the answer to `auth` together. */
const OPEN_MS_MAX = 10_000;
/** For an answer; the server promises nothing, but a client that waits for ever is stuck. */
const REQUEST_MS_MAX = 20_000;
/** Nothing heard for so many heartbeats: the connection is dead, whatever the system says. */
const SILENT_BEATS = 2.5;
/** Clocks count in fractions, which sum up to a little less. */
const EXACT_MS = 1;

export interface ConnectionHandlers {
  authenticated(reply: AuthReply): void;
  push(push: Push): void;
  /** The answer to a beat: pushes that the server meant for us, and those that arrived. */
  beat(pushed: number, received: number): void;
  /** Once. `error`: what `auth` was refused with. */
  closed(code: number, reason: string, error?: ParleyError): void;
}

interface Waiting {
  resolve(reply: unknown): void;
  reject(error: ParleyError): void;
  cancel: () => void;
}

export class Connection {
  #clock: Clock;
  #handlers: ConnectionHandlers;
  #socket: Socket;
  #waiting = new Map<number, Waiting>();
  #id = 0;
  #received = 0;
  #heard = 0;
  #over = false;
  #stopTimer: () => void;

  constructor(
    transport: Transport,
    clock: Clock,
    url: string,
    token: string,
    handlers: ConnectionHandlers,
  ) {
    this.#clock = clock;
    this.#handlers = handlers;
    this.#stopTimer = clock.after(OPEN_MS_MAX, () => this.#silent());
    this.#socket = transport.open(url, {
      opened: () => this.#authenticate(token),
      received: (text) => this.#receive(text),
      closed: (code, reason) => this.#end(code, reason),
    });
  }

  request<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    if (this.#over) return Promise.reject(new ParleyError("disconnected", "not connected"));
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(REQUEST_MS_MAX, () => {
        this.#waiting.delete(id);
        reject(new ParleyError("timeout", `no answer to ${cmd}`));
      });
      this.#waiting.set(id, { resolve: resolve as (reply: unknown) => void, reject, cancel });
      this.#socket.send(JSON.stringify({ id, cmd, ...args }));
    });
  }

  /** Ends it from this side; `closed` is not called. */
  close(): void {
    if (this.#over) return;
    this.#socket.close(1000, "");
    this.#forget();
  }

  #authenticate(token: string): void {
    this.request("auth", { token }).then(
      (reply) => {
        if (this.#over) return;
        this.#stopTimer();
        this.#heard = this.#clock.now();
        this.#handlers.authenticated(reply);
        if (!this.#over) this.#beatIn(reply.heartbeat_ms);
      },
      (error: ParleyError) => {
        if (this.#over) return;
        this.#socket.close(1000, "");
        const code = error.code === "account_disabled" ? CLOSE_CODES.account_disabled
          : error.code === "unauthenticated" ? CLOSE_CODES.unauthenticated
            : CLOSE_CODES.auth_timeout;
        this.#end(code, error.message, error);
      },
    );
  }

  /** Looks again when the next beat is due, or as soon as it has been silent for too long: at the next
   * beat only, the silence would last up to a beat longer. */
  #beatIn(ms: number): void {
    const now = this.#clock.now();
    const silent = SILENT_BEATS * ms;
    const due = Math.min(now + ms, Math.max(this.#heard + silent, now));
    this.#stopTimer = this.#clock.after(due - now, () => {
      // A hidden tab's timers are slow: that long we could not have heard anything.
      const late = this.#clock.now() - due;
      this.#heard = Math.min(this.#heard + late, this.#clock.now());
      if (due + late - this.#heard > silent - EXACT_MS) {
        this.#silent();
        return;
      }
      this.request("beat", {}).then(
        (reply) => {
          if (!this.#over) this.#handlers.beat(reply.pushed, this.#received);
        },
        () => {},
      );
      this.#beatIn(ms);
    });
  }

  #receive(text: string): void {
    this.#heard = this.#clock.now();
    let frame: { id?: number; ok?: unknown; error?: ApiError; push?: string };
    try {
      frame = JSON.parse(text) as typeof frame;
    } catch {
      return;
    }
    if (frame.push !== undefined) {
      if (frame.push === "event") this.#received++;
      this.#handlers.push(frame as unknown as Push);
      return;
    }
    const waiting = frame.id === undefined ? undefined : this.#waiting.get(frame.id);
    if (!waiting) return;
    this.#waiting.delete(frame.id as number);
    waiting.cancel();
    if (frame.error) waiting.reject(ParleyError.of(frame.error));
    else waiting.resolve(frame.ok);
  }

  #silent(): void {
    this.#socket.close(CLOSE_CODES.silent, "");
    this.#end(CLOSE_CODES.silent, "nothing was heard from the server");
  }

  #end(code: number, reason: string, error?: ParleyError): void {
    if (this.#over) return;
    this.#forget();
    this.#handlers.closed(code, reason, error);
  }

  #forget(): void {
    this.#over = true;
    this.#stopTimer();
    for (const waiting of this.#waiting.values()) {
      waiting.cancel();
      waiting.reject(new ParleyError("disconnected", "the connection was lost"));
    }
    this.#waiting.clear();
  }
}
