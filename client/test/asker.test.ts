/** What is asked again, and until when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Request } from "../src/asker.ts";
import { Asker } from "../src/asker.ts";
import { ParleyError } from "../src/error.ts";
import { CHAT, ManualClock, entryOf, message, settle, signedIn } from "./rig.ts";

test("what one asked for and was told to ask again later is not asked for as the next one", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.event(message(1));
  await clock.pass(1000);
  server.on("receipt.read", () => ({ error: { code: "rate_limited", message: "", retry_after_ms: 10_000 } }));
  parley.markRead(CHAT);
  await clock.pass(1000);
  assert.equal(server.askedFor("receipt.read").length, 1);
  await parley.signOut();
  server.entries = [entryOf({ head: 1, n: 1, unread: 1 })];
  await parley.signIn({ username: "another", password: "12345678" });
  await clock.pass(60_000);
  assert.equal(server.askedFor("receipt.read").length, 1);
});

/** Answers one after another, as the test says. */
function answering(): { request: Request; asked: string[]; answers: (() => void)[] } {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const request = ((cmd: string) => {
    asked.push(cmd);
    return new Promise((resolve) => answers.push(() => resolve({})));
  }) as Request;
  return { request, asked, answers };
}

const namesAsked = (asker: Asker, n: number): Promise<unknown>[] =>
  Array.from({ length: n }, (_, i) => asker.askLater("user.get", { user: `${i}` }));

test("what can wait leaves half of the places to what cannot", async () => {
  const { request, asked, answers } = answering();
  const asker = new Asker(request, new ManualClock());
  const names = namesAsked(asker, 20);
  assert.equal(asked.length, 4);
  const lists = Array.from({ length: 6 }, () => asker.ask("conversation.list", {}));
  assert.deepEqual(asked.slice(4), Array.from({ length: 4 }, () => "conversation.list"));
  for (let answered = 0; answered < 26; answered++) {
    answers[answered]?.();
    await settle();
  }
  await Promise.all([...names, ...lists]);
  assert.equal(asked.length, 26);
  assert.deepEqual(asked.slice(8, 11), ["conversation.list", "conversation.list", "user.get"]);
});

test("what can wait is had while there is always something that cannot", async () => {
  const { request, asked, answers } = answering();
  const asker = new Asker(request, new ManualClock());
  const lists = Array.from({ length: 40 }, () => asker.ask("conversation.list", {}));
  const names = namesAsked(asker, 5);
  for (let answered = 0; answered < 45; answered++) {
    answers[answered]?.();
    await settle();
  }
  await Promise.all([...names, ...lists]);
  const places = asked.flatMap((cmd, i) => (cmd === "user.get" ? [i] : []));
  assert.deepEqual(places, [11, 15, 19, 23, 27]);
});

test("all is had of a server that lets one ask pass in 10 ms", async () => {
  const clock = new ManualClock();
  let drawn = 0;
  // Spread over [0, 1), the same in each run.
  clock.random = () => (drawn++ * 0.618034) % 1;
  let next = 0;
  const request = (async () => {
    if (clock.now() < next) throw new ParleyError("rate_limited", "", { retry_after_ms: next - clock.now() });
    next = clock.now() + 10;
    return {};
  }) as unknown as Request;
  const asker = new Asker(request, clock);
  const asks = [...namesAsked(asker, 100), ...Array.from({ length: 50 }, () => asker.ask("conversation.list", {}))];
  const all = Promise.allSettled(asks);
  await clock.pass(60_000);
  const refused = (await all).filter(({ status }) => status === "rejected");
  assert.deepEqual(refused, []);
});
