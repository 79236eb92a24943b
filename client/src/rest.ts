/** Commands over REST: for accounts, and for whoever has no socket. */
import type { CommandName, Commands, Problem } from "./api.ts";
import { ROUTES } from "./api.ts";
import { ParleyError } from "./error.ts";

export type RestCommand = keyof typeof ROUTES & CommandName;
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export function isRestCommand(cmd: CommandName): cmd is RestCommand {
  return cmd in ROUTES;
}

function disconnected(thrown: unknown): ParleyError {
  return new ParleyError("disconnected", `no answer from the server: ${String(thrown)}`);
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (thrown) {
    throw disconnected(thrown);
  }
}

export class Rest {
  readonly base: string;
  #fetch: Fetch;

  /** `base`: the server's origin, such as `https://chat.example.org`. */
  constructor(base: string, fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
    this.base = base;
    this.#fetch = fetch;
  }

  /** Throws a ParleyError; `disconnected` when no answer came. */
  async call<C extends RestCommand>(
    cmd: C,
    args: Commands[C]["args"],
    token?: string,
    signal?: AbortSignal,
  ): Promise<Commands[C]["reply"]> {
    const response = await this.#answer(cmd, args, token, signal);
    return (await bodyOf(response)) as Commands[C]["reply"];
  }

  /** The same, for an answer that is read as it comes: it has begun well. */
  stream<C extends RestCommand>(
    cmd: C,
    args: Commands[C]["args"],
    token?: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    return this.#answer(cmd, args, token, signal);
  }

  async #answer(cmd: RestCommand, args: object, token?: string, signal?: AbortSignal): Promise<Response> {
    const { url, init } = this.#request(cmd, args as Record<string, unknown>, token);
    const asked = this.#fetch(url, signal ? { ...init, signal } : init);
    const response = await asked.catch((thrown: unknown) => {
      throw disconnected(thrown);
    });
    if (response.ok) return response;
    const problem = (await bodyOf(response)) as Problem;
    const message = problem.detail ?? response.statusText;
    throw new ParleyError(problem.code ?? "internal", message, problem);
  }

  /** Arguments that the path does not name go into the query or the body. */
  #request(
    cmd: RestCommand,
    args: Record<string, unknown>,
    token: string | undefined,
  ): { url: string; init: RequestInit } {
    const { method, path } = ROUTES[cmd];
    const left = { ...args };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = left[name];
      delete left[name];
      return encodeURIComponent(String(value));
    });
    const url = new URL(filled, this.base);
    const headers: Record<string, string> = {};
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    const init: RequestInit = { method, headers };
    if (method === "GET" || method === "DELETE") {
      for (const [name, value] of Object.entries(left)) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
    } else {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(left);
    }
    return { url: url.href, init };
  }
}
