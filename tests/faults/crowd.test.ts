/** A thousand sends at once into one conversation of a hundred, from three nodes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Appended, ChatEvent, Id } from "../../client/src/index.ts";
import { PASSWORD } from "../integration/harness/people.ts";
import { Raw } from "../integration/harness/raw.ts";
import type { Server } from "../integration/harness/server.ts";
import { eventually, sleep } from "../integration/harness/wait.ts";
import { judge } from "./harness/check.ts";
import { Crowd, eventsIn, keyOf, patiently } from "./harness/crowd.ts";
import { recordOf, report, verifies } from "./harness/scenario.ts";
import { HEAL_MS_MAX, rig } from "./harness/rig.ts";

const MEMBERS = 100;
/** Of each: some with the library and all it keeps, as many as one process carries beside the engines; the
 * others hear what is pushed, and no more. */
const DEVICES_EACH = 2;
const LISTENERS_EACH = 8;
const SENDS_EACH = 10;
const SENDS = MEMBERS * SENDS_EACH;
/** Nobody waits longer for the next acknowledgement of anybody. */
const STALL_MS_MAX = 20_000;
const DONE_MS_MAX = 4 * HEAL_MS_MAX;
/** What is pushed has come by then, on a busy machine. */
const PUSHED_MS_MAX = 60_000;
const LOOK_EVERY_MS = 500;
const PAGE = 100;

/** With its key, until it is known to stand. */
async function sends(raw: Raw, to: string, text: string): Promise<Appended> {
  for (const end = Date.now() + DONE_MS_MAX; Date.now() < end;) {
    // No answer on a machine that is this busy: again, as a client would.
    const answer = await raw.ask("message.send", { to, text, key: keyOf(text) }).catch(() => undefined);
    if (answer?.ok) return answer.ok;
    const error = answer?.error;
    assert.ok(!error || error.retry_after_ms !== undefined, `refused: ${JSON.stringify(error)}`);
    await sleep(error?.retry_after_ms ?? 0);
  }
  throw new Error(`"${text}" was not sent within ${DONE_MS_MAX} ms`);
}

/** A device that keeps of each event of a conversation where it stands, and whose text it is. */
class Listener {
  readonly #raw: Raw;
  readonly #of: Id;
  readonly #heard = new Map<number, string>();
  asked = 0;

  private constructor(raw: Raw, of: Id) {
    this.#raw = raw;
    this.#of = of;
  }

  static async on(server: Server, token: string, of: Id): Promise<Listener> {
    return new Listener(await patiently(() => Raw.signedIn(server, token)), of);
  }

  /** Of what was said, all. What was not pushed within a while it asks for, as whoever sees a gap does. */
  async has(said: readonly Appended[], texts: ReadonlyMap<number, string>): Promise<void> {
    for (const end = Date.now() + PUSHED_MS_MAX; this.#lacks(said).length > 0 && Date.now() < end;) await sleep(LOOK_EVERY_MS);
    await eventually(async () => {
      const [first] = this.#lacks(said);
      if (first === undefined) return true;
      this.asked++;
      const { ok } = await this.#raw.ask("conversation.events", { conversation: this.#of, after: first - 1, limit: PAGE });
      this.#hears(eventsIn(ok));
      return undefined;
    }, "all that was said", HEAL_MS_MAX);
    for (const { seq } of said) assert.equal(this.#heard.get(seq), texts.get(seq));
  }

  close(): void {
    this.#raw.close();
  }

  #lacks(said: readonly Appended[]): number[] {
    // What came is looked at once, and let go.
    this.#raw.frames.length = 0;
    this.#hears(this.#raw.pushes.splice(0).flatMap(eventsIn));
    return said.map(({ seq }) => seq).filter((seq) => !this.#heard.has(seq)).sort((a, b) => a - b);
  }

  #hears(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.conversation !== this.#of || event.type !== "message") continue;
      const { seq, text = "" } = event;
      const before = this.#heard.get(seq);
      assert.ok(before === undefined || before === text, `two texts stand at ${seq}`);
      this.#heard.set(seq, text);
    }
  }
}

/** One after the other for each person, so that no node is asked to hash hundreds of passwords at once. */
async function listen(crowd: Crowd): Promise<Listener[]> {
  const all = await Promise.all(crowd.usernames.map(async (username, i) => {
    const theirs: Listener[] = [];
    for (let n = 0; n < LISTENERS_EACH; n++) {
      const { token } = await patiently(() => crowd.rest.call("signin", { username, password: PASSWORD }));
      theirs.push(await Listener.on(rig.server(1 + (i + n) % 3), token, crowd.group));
    }
    return theirs;
  }));
  return all.flat();
}

test("a thousand at once", async (t) => {
  const crowd = await Crowd.gather(rig.servers, MEMBERS, DEVICES_EACH);
  try {
    const sockets = await Promise.all(crowd.members.map(({ token }, i) => Raw.signedIn(rig.server(1 + i % 3), token)));
    const listeners = await listen(crowd);
    const since = Date.now();
    let last = since;
    let stall = 0;
    await Promise.all(sockets.flatMap((raw, i) => Array.from({ length: SENDS_EACH }, async (_, n) => {
      const text = `${i} says ${n}`;
      const ok = await sends(raw, crowd.group, text);
      crowd.said.push({ text, sender: crowd.members[i]?.user ?? "", by: "library", ok });
      stall = Math.max(stall, Date.now() - last);
      last = Date.now();
    })));
    const sent = Date.now();
    t.diagnostic(`never longer than ${stall} ms without an acknowledgement`);
    assert.ok(stall < STALL_MS_MAX, `nothing was acknowledged for ${stall} ms`);
    const said = crowd.said.map(({ ok }) => ok as Appended);
    const texts = new Map(crowd.said.map(({ ok, text }) => [(ok as Appended).seq, text]));
    assert.equal(texts.size, SENDS, "two stand at one place");
    await Promise.all(listeners.map((one) => one.has(said, texts)));
    const asked = listeners.reduce((sum, one) => sum + one.asked, 0);
    assert.ok(asked <= listeners.length, `${asked} pages were asked for: little was pushed`);
    t.diagnostic(`${listeners.length} devices heard all by what was pushed, but for ${asked} pages that they asked for`);
    listeners.forEach((one) => one.close());
    await crowd.settles();
    const record = await recordOf(crowd);
    const settled = Date.now();
    const verdict = judge(record);
    report(`${SENDS} sends at once into one conversation of ${MEMBERS}, ten devices each`, verdict, sent - since, settled - sent);
    assert.equal(verdict.acknowledged, SENDS);
    verifies(verdict);
    for (const raw of sockets) raw.close();
  } finally {
    crowd.leaves();
  }
});
