/**
 * Much in little time, as a device would do it: commands on one socket, so many under way at once
 * that the store commits them in batches. 100,000 messages take half a minute, 5,000 groups a second.
 */
import type { Id } from "../../../client/src/index.ts";
import { Raw } from "../../integration/harness/raw.ts";
import type { Server } from "../../integration/harness/server.ts";
import { restAt } from "../../integration/harness/web.ts";
import { PASSWORD } from "./person.ts";

/** More than an append takes, so that one is always full. */
const UNDER_WAY = 128;
/** Each has a connection. */
const SIGNUPS_UNDER_WAY = 16;

/** Does `one` for 0 to n - 1, so many at a time. */
async function many(n: number, under_way: number, one: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < n) await one(next++);
  };
  await Promise.all(Array.from({ length: under_way }, lane));
}

/** The same on one socket: in this order, as the server hears of it. */
async function manyOn(
  server: Server, token: string, n: number, one: (raw: Raw, i: number) => Promise<unknown>,
): Promise<void> {
  const raw = await Raw.signedIn(server, token);
  try {
    await many(n, UNDER_WAY, async (i) => {
      // What was answered so far is of no use any more.
      if (i % 1000 === 0) raw.frames.length = raw.pushes.length = 0;
      await one(raw, i);
    });
  } finally {
    raw.close();
  }
}

export function says(server: Server, token: string, to: Id, n: number, textOf: (i: number) => string): Promise<void> {
  return manyOn(server, token, n, (raw, i) => raw.ok("message.send", { to, text: textOf(i) }));
}

/** To each a message. */
export function saysToEach(server: Server, token: string, to: readonly Id[], textOf: (i: number) => string): Promise<void> {
  return manyOn(server, token, to.length, (raw, i) => raw.ok("message.send", { to: to[i] as Id, text: textOf(i) }));
}

export function makesGroups(server: Server, token: string, n: number, titleOf: (i: number) => string): Promise<void> {
  return manyOn(server, token, n, (raw, i) => raw.ok("group.create", { title: titleOf(i), members: [] }));
}

/** People who never come: usernames are made of `name`. */
export async function signUps(server: Server, name: string, n: number, shownOf: (i: number) => string): Promise<Id[]> {
  const rest = restAt(server.base);
  const users: Id[] = [];
  await many(n, SIGNUPS_UNDER_WAY, async (i) => {
    const { user } = await rest.call("signup", { username: `${name}-${i}`, password: PASSWORD, display_name: shownOf(i) });
    users[i] = user;
  });
  return users;
}
