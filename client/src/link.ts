/**
 * Keeps one connection up: asks which nodes there are, tries them in turn, backs off with full
 * jitter when none takes us, goes where `goaway` sends us, and stops where the server says stop.
 * Where nobody answers that question, the other nodes that were named before are tried.
 *
 * Full jitter, since the many clients that lose a node together must not come back together; a
 * connection that did not last is not a success and does not reset the back-off.
 */
import type { AuthReply, CommandName, Commands, GoawayPush, Push } from "./api.ts";
import { CLOSE_CODES, SOCKET_PATH } from "./api.ts";
import type { Clock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { ParleyError, asParleyError } from "./error.ts";
import type { Rest } from "./rest.ts";
import type { Transport } from "./transport.ts";
import { socketUrl } from "./transport.ts";

const BACKOFF_MS_FIRST = 500;
const BACKOFF_MS_MAX = 30_000;
/** A connection that lived so long was a good one. */
const LASTED_MS = 10_000;
const CONNECT_MS_MAX = 10_000;
/** From here on the server says: do not come again. */
const STOP_CODE_MIN = 4500;

export interface Status {
  /** `waiting`: for the next try. `stopped`: the server said so; see `reason`. */
  state: "off" | "connecting" | "online" | "waiting" | "stopped";
  /** Whole seconds until the next try. */
  retry_in_s?: number;
  reason?: "signed_out" | "unauthenticated" | "account_disabled" | "misuse";
}

export interface LinkHandlers {
  status(status: Status): void;
  online(reply: AuthReply): void;
  offline(): void;
  push(push: Push): void;
  beat(pushed: number, received: number): void;
  stopped(reason: NonNullable<Status["reason"]>): void;
}

export class Link {
  #status: Status = { state: "off" };
  #transport: Transport;
  #clock: Clock;
  #rest: Rest;
  #handlers: LinkHandlers;
  #token = "";
  /** Those to be tried next, and all that were named last. */
  #nodes: string[] = [];
  #named: string[] = [];
  #connection: Connection | undefined;
  #authenticated = false;
  #since = 0;
  #attempts = 0;
  #cancelWait: (() => void) | undefined;
  /** Told apart from what was started before stop(). */
  #round = 0;

  constructor(transport: Transport, clock: Clock, rest: Rest, handlers: LinkHandlers) {
    this.#transport = transport;
    this.#clock = clock;
    this.#rest = rest;
    this.#handlers = handlers;
  }

  get online(): boolean {
    return this.#authenticated;
  }

  /** `nodes`: to begin with, as signing in named them. */
  start(token: string, nodes: readonly string[] = []): void {
    this.stop();
    this.#token = token;
    this.#attempts = 0;
    if (nodes.length > 0) this.#tryAll(nodes);
    else void this.#askForNodes();
  }

  stop(): void {
    this.#round++;
    this.#drop();
    this.#endWait();
    this.#show({ state: "off" });
  }

  /** Does not wait any longer: the machine is back on the network, or somebody pressed a button. */
  retryNow(): void {
    if (this.#status.state !== "waiting") return;
    this.#endWait();
    void this.#askForNodes();
  }

  request<C extends CommandName>(cmd: C, args: Commands[C]["args"]): Promise<Commands[C]["reply"]> {
    if (!this.#connection || !this.#authenticated) {
      return Promise.reject(new ParleyError("disconnected", "not connected"));
    }
    return this.#connection.request(cmd, args);
  }

  async #askForNodes(): Promise<void> {
    const round = this.#round;
    this.#show({ state: "connecting" });
    const abort = new AbortController();
    const cancel = this.#clock.after(CONNECT_MS_MAX, () => abort.abort());
    try {
      const reply = await this.#rest.call("connect", {}, this.#token, abort.signal);
      if (round !== this.#round) return;
      this.#tryAll(reply.nodes.map((node) => node.url));
    } catch (thrown) {
      if (round !== this.#round) return;
      const error = asParleyError(thrown);
      if (error.code === "unauthenticated" || error.code === "account_disabled") {
        this.#stopped(error.code);
      } else if (error.code === "disconnected") {
        this.#nodes = this.#named.filter((node) => this.#isElsewhere(node));
        this.#tryNext();
      } else {
        this.#backOff(error.retry_after_ms ?? 0);
      }
    } finally {
      cancel();
    }
  }

  /** Not where the question went. */
  #isElsewhere(node: string): boolean {
    return new URL(node, this.#rest.base).host !== new URL(this.#rest.base).host;
  }

  #tryAll(nodes: readonly string[]): void {
    this.#named = nodes.length > 0 ? [...nodes] : [SOCKET_PATH];
    this.#nodes = [...this.#named];
    this.#tryNext();
  }

  #tryNext(): void {
    const node = this.#nodes.shift();
    if (node === undefined) {
      this.#backOff(0);
      return;
    }
    this.#show({ state: "connecting" });
    const url = socketUrl(this.#rest.base, node);
    this.#connection = new Connection(this.#transport, this.#clock, url, this.#token, {
      authenticated: (reply) => {
        this.#authenticated = true;
        this.#since = this.#clock.now();
        this.#show({ state: "online" });
        this.#handlers.online(reply);
      },
      push: (push) => {
        if (push.push === "goaway") this.#goAway(push);
        else this.#handlers.push(push);
      },
      beat: (pushed, received) => this.#handlers.beat(pushed, received),
      closed: (code, _reason, error) => this.#closed(code, error),
    });
  }

  #closed(code: number, error: ParleyError | undefined): void {
    this.#drop();
    const reason = stopReason(code);
    if (reason) {
      this.#stopped(reason);
    } else if (!this.#cancelWait) {
      // A `goaway` that still waits decides by itself when to go on.
      if (error?.retry_after_ms && this.#nodes.length === 0) this.#backOff(error.retry_after_ms);
      else this.#tryNext();
    } else {
      this.#showWait();
    }
  }

  /** Leaves within the time that was given, at a moment of one's own, for where one is sent. */
  #goAway({ reconnect_ms, nodes }: GoawayPush): void {
    this.#wait(reconnect_ms * this.#clock.random(), () => {
      this.#drop();
      if (nodes) this.#tryAll(nodes.map((node) => node.url));
      else void this.#askForNodes();
    });
  }

  #backOff(msAtLeast: number): void {
    const max = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** this.#attempts);
    this.#attempts++;
    this.#wait(msAtLeast + max * this.#clock.random(), () => void this.#askForNodes());
    this.#showWait();
  }

  #retryAt = 0;

  #wait(ms: number, then: () => void): void {
    this.#endWait();
    this.#retryAt = this.#clock.now() + ms;
    this.#cancelWait = this.#clock.after(ms, () => {
      this.#endWait();
      then();
    });
  }

  #cancelTick: (() => void) | undefined;

  /** The countdown. */
  #showWait(): void {
    const left = Math.max(0, this.#retryAt - this.#clock.now());
    this.#show({ state: "waiting", retry_in_s: Math.ceil(left / 1000) });
    this.#cancelTick?.();
    this.#cancelTick = left > 0
      ? this.#clock.after(Math.ceil(left) % 1000 || 1000, () => this.#showWait())
      : undefined;
  }

  #endWait(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #show(status: Status): void {
    this.#status = status;
    this.#handlers.status(status);
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
    if (!this.#authenticated) return;
    this.#authenticated = false;
    if (this.#clock.now() - this.#since >= LASTED_MS) this.#attempts = 0;
    this.#handlers.offline();
  }

  #stopped(reason: NonNullable<Status["reason"]>): void {
    this.#round++;
    this.#endWait();
    this.#show({ state: "stopped", reason });
    this.#handlers.stopped(reason);
  }
}

function stopReason(code: number): Status["reason"] | undefined {
  if (code < STOP_CODE_MIN || code > 4999) return undefined;
  switch (code) {
    case CLOSE_CODES.signed_out:
      return "signed_out";
    case CLOSE_CODES.unauthenticated:
      return "unauthenticated";
    case CLOSE_CODES.account_disabled:
      return "account_disabled";
    default:
      return "misuse";
  }
}
