/**
 * HTTP as the tests need it: from an address of one's choice, since the server counts tries to
 * sign in by address, and with requests that a well-behaved client would not make.
 */
import type { IncomingHttpHeaders } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import type { Fetch } from "../../../client/src/rest.ts";
import { Rest } from "../../../client/src/index.ts";

let addresses = 0;

/** One of the machine's own 16 million. */
export function anAddress(): string {
  addresses = (addresses + 1 + (process.pid % 200) * 251) % 0xfffff0;
  return `127.${1 + (addresses >> 16) % 250}.${(addresses >> 8) & 255}.${1 + (addresses & 127)}`;
}

export interface WebReply {
  status: number;
  headers: IncomingHttpHeaders;
  body: any;
}

export function web(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | Buffer; from?: string;
    signal?: AbortSignal } = {},
): Promise<WebReply> {
  return new Promise((resolve, reject) => {
    const { Agent, request } = url.startsWith("https:") ? https : http;
    const options: https.RequestOptions = {
      method: init.method ?? "GET", headers: init.headers ?? {}, agent: new Agent({ keepAlive: false }),
      ...(init.from ? { localAddress: init.from } : {}), ...(init.signal ? { signal: init.signal } : {}),
    };
    const asked = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => {
        const json = (response.headers["content-type"] ?? "").includes("json");
        const body: unknown = json && text !== "" ? JSON.parse(text) : text;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    asked.on("error", reject);
    if (init.body !== undefined) asked.setHeader("content-length", Buffer.byteLength(init.body));
    asked.end(init.body);
  });
}

/** `fetch` from an address. */
export function fetchFrom(from: string): Fetch {
  return async (url, init) => {
    const reply = await web(url, {
      method: init.method ?? "GET",
      headers: init.headers as Record<string, string>,
      from,
      ...(typeof init.body === "string" ? { body: init.body } : {}),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    return Response.json(reply.body, { status: reply.status });
  };
}

export function restAt(base: string, from = anAddress()): Rest {
  return new Rest(base, fetchFrom(from));
}
