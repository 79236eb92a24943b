/**
 * Fills a server with a demonstration: `node tools/demo/fill.ts BASE`, over REST. It may be played
 * again, also after it was cut short: whoever is there signs in, and each line carries the same key
 * each time, so that the server knows it.
 */
import type { Commands, Id, RestCommand, Seq } from "../../client/src/index.ts";
import { FOR_EVER, ParleyError, Rest } from "../../client/src/index.ts";
import type { Line, Talk, Who } from "./script.ts";
import { NOTES, PASSWORD, PEOPLE, TALKS } from "./script.ts";

interface Player {
  user: Id;
  token: string;
}

type Cast = Record<Who, Player>;

const PAUSE_MS = 500;
/** The server lets one write so fast and no faster; it says when to go on. */
const TRIES_MAX = 60;

export async function fill(base: string): Promise<void> {
  const rest = new Rest(base);
  const cast = {} as Cast;
  for (const who of Object.keys(PEOPLE) as Who[]) cast[who] = await enter(rest, who);
  await befriend(rest, cast);
  for (const talk of TALKS) await play(rest, cast, talk);
  for (const [i, text] of NOTES.entries()) {
    await ask(rest, cast.ada, "message.send", { to: cast.ada.user, text, key: keyOf(`note${i}`) });
  }
}

async function enter(rest: Rest, who: Who): Promise<Player> {
  const account = { username: who, password: PASSWORD, device_name: "Demo" };
  try {
    return await rest.call("signup", { ...account, display_name: PEOPLE[who] });
  } catch (thrown) {
    if (!(thrown instanceof ParleyError) || thrown.code !== "name_taken") throw thrown;
    return rest.call("signin", account);
  }
}

/** So that what one writes first is no request. */
async function befriend(rest: Rest, cast: Cast): Promise<void> {
  const all = Object.values(cast);
  for (const [i, one] of all.entries()) {
    const { contacts } = await ask(rest, one, "contact.list", { limit: 100 });
    const known = new Set(contacts.filter(({ state }) => state === "contact").map(({ user }) => user));
    for (const other of all.slice(i + 1)) {
      if (known.has(other.user)) continue;
      await ask(rest, one, "contact.request", { user: other.user });
      await ask(rest, other, "contact.accept", { user: one.user });
    }
  }
}

async function play(rest: Rest, cast: Cast, talk: Talk): Promise<void> {
  const [first, second] = talk.members.map((who) => cast[who]) as [Player, Player];
  let conversation: Id | undefined;
  if (talk.title !== undefined) {
    const members = talk.members.slice(1).map((who) => cast[who].user);
    const made = await ask(rest, first, "group.create", { title: talk.title, members, key: keyOf(talk.id) });
    conversation = made.conversation;
    const about = { conversation, description: talk.description ?? "", key: keyOf(`${talk.id}-about`) };
    if (talk.description !== undefined) await ask(rest, first, "group.set_description", about);
  }
  const seqs = new Map<string, Seq>();
  for (const line of talk.lines) {
    const to = conversation ?? (cast[line.by] === first ? second : first).user;
    const said = await say(rest, cast, line, to, seqs);
    conversation ??= said.conversation;
    seqs.set(line.id, said.seq);
  }
  if (conversation !== undefined) await settle(rest, cast, talk, conversation, [...seqs.values()]);
}

async function say(rest: Rest, cast: Cast, line: Line, to: Id, seqs: ReadonlyMap<string, Seq>) {
  const by = cast[line.by];
  const { answers, mentions, reactions, edited, deleted, pinnedBy } = line;
  const reply_to = answers === undefined ? undefined : seqs.get(answers);
  const said = await ask(rest, by, "message.send", {
    to, text: line.text, key: keyOf(line.id),
    ...(reply_to === undefined ? {} : { reply_to }),
    ...(mentions ? { mentions: mentions.map((who) => cast[who].user) } : {}),
  });
  const { conversation, seq } = said;
  if (edited !== undefined) {
    await ask(rest, by, "message.edit", { conversation, seq, text: edited, key: keyOf(`${line.id}-edit`) });
  }
  if (deleted) await ask(rest, by, "message.delete", { conversation, seq, key: keyOf(`${line.id}-delete`) });
  if (pinnedBy) await ask(rest, cast[pinnedBy], "message.pin", { conversation, seq, key: keyOf(`${line.id}-pin`) });
  for (const [who, emoji] of Object.entries(reactions ?? {})) {
    const key = keyOf(`${line.id}-${who}`);
    await ask(rest, cast[who as Who], "message.react", { conversation, seq, emoji, key });
  }
  return said;
}

/** Who has read how much, and what Ada wants of it. */
async function settle(rest: Rest, cast: Cast, talk: Talk, conversation: Id, seqs: readonly Seq[]): Promise<void> {
  for (const who of talk.members) {
    const seq = seqs.at(-1 - (talk.unread?.[who] ?? 0));
    if (seq !== undefined) await ask(rest, cast[who], "receipt.read", { conversation, seq });
  }
  const wants = {
    ...(talk.pinned ? { pinned: true } : {}), ...(talk.archived ? { archived: true } : {}),
    ...(talk.muted ? { muted_until: FOR_EVER } : {}),
  };
  if (Object.keys(wants).length > 0) {
    await ask(rest, cast.ada, "preferences.set", { conversation, ...wants, key: keyOf(`${talk.id}-wants`) });
  }
}

async function ask<C extends RestCommand>(
  rest: Rest, { token }: Player, cmd: C, args: Commands[C]["args"],
): Promise<Commands[C]["reply"]> {
  for (let tries = 1; ; tries++) {
    try {
      return await rest.call(cmd, args, token);
    } catch (thrown) {
      if (!(thrown instanceof ParleyError) || !thrown.transient || tries >= TRIES_MAX) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, thrown.retry_after_ms ?? PAUSE_MS));
    }
  }
}

function keyOf(line: string): string {
  return `demo-${line}`;
}

if (import.meta.main) {
  const [base] = process.argv.slice(2);
  if (base === undefined) throw new Error("usage: node tools/demo/fill.ts BASE");
  await fill(base);
  console.log(`Demo: sign in as ${Object.keys(PEOPLE).join(", ")}; the password is "${PASSWORD}".`);
}
