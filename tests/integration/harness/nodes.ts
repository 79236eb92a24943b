/** The nodes of a cluster as one of them sees them. */
import assert from "node:assert/strict";
import type { Server } from "./server.ts";
import { eventually } from "./wait.ts";

export interface Row { id: string; url: string; state: string; connections: number; self: boolean }

export function allRows(by: Server): Row[] {
  const { status, output } = by.command(["nodes"]);
  assert.equal(status, 0, output);
  return rowsIn(output);
}

/** What `parleyd nodes` says. */
export function rowsIn(output: string): Row[] {
  return output.trimEnd().split("\n").slice(1).map((line) => {
    const self = line.startsWith("*");
    const words = line.slice(1).trim().split(/ +/);
    const [id, url, state, connections] = [words[0], words.at(-1), words[1], words[4]] as string[];
    return { id, url, self, state, connections: parseInt(connections as string, 10) } as Row;
  });
}

/** By the addresses of their sockets. */
export function rows(by: Server): Map<string, Row> {
  return new Map(allRows(by).map((row) => [row.url, row]));
}

export async function seen(by: Server, one: Server, state: string, ms?: number): Promise<number> {
  const since = Date.now();
  await eventually(
    () => rows(by).get(one.socketUrl)?.state === state || undefined,
    `${one.socketUrl} is ${state}`, ms,
  );
  return Date.now() - since;
}
