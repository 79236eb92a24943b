/** What stands between the messages of a log: days, and what happened. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "parley-client";
import { createElement } from "react";
import { CHAT, ME, PEER, entryOf, signedIn } from "../../client/test/rig.ts";
import type { Language } from "../src/words/languages.ts";
import { drawn, load } from "./draw.ts";

const { DayLine } = await load<typeof import("../src/conversation/DayLine.tsx")>("conversation/DayLine.tsx");
const { NoticeLine } = await load<typeof import("../src/conversation/NoticeLine.tsx")>("conversation/NoticeLine.tsx");

type Happened = { type: string; sender?: string } & Record<string, unknown>;

/** How it is told, names set apart by brackets. */
async function told(happened: Happened, language?: Language): Promise<string> {
  const { clock, server, parley } = await signedIn([entryOf({ kind: "group", title: "All", role: "member" })]);
  server.event({ conversation: CHAT, seq: 1, n: 0, rev: 1, time: 1, sender: PEER, ...happened } as unknown as ChatEvent);
  parley.person(PEER).getSnapshot();
  await clock.pass(0);
  const notice = parley.timeline(CHAT).getSnapshot().items[0];
  assert.ok(notice?.type === "notice");
  const html = await drawn(parley, createElement(NoticeLine, { notice }), language);
  return html.replaceAll("<bdi>", "[").replaceAll("</bdi>", "]");
}

test("what happened is told by who did it to whom, oneself in words of its own", async () => {
  assert.equal(await told({ type: "added", user: ME }), "[X] added you");
  assert.equal(await told({ type: "added", user: PEER, sender: ME }), "You added [X]");
  assert.equal(await told({ type: "role", user: ME, role: "admin" }), "[X] made you an admin");
  assert.equal(await told({ type: "title", title: "<b>New</b>" }), "[X] named the group “[&lt;b&gt;New&lt;/b&gt;]”");
  assert.equal(await told({ type: "announce", on: true }), "[X] lets only admins write");
  assert.equal(await told({ type: "timer", seconds: 0 }), "[X] turned off disappearing messages");
});

test("of what a later server may tell nothing stands", async () => {
  assert.equal(await told({ type: "sang" }), "");
});

test("numbers take the form that the language has for them", async () => {
  const kept = (days: number, language?: Language) => told({ type: "retention", days }, language);
  assert.equal(await kept(1), "[X] set everything to go after 1 day");
  assert.equal(await kept(30), "[X] set everything to go after 30 days");
  assert.match(await kept(2, "ar"), /يومين$/);
  assert.match(await kept(3, "ar"), /أيام$/);
  assert.match(await kept(30, "ar"), /يومًا$/);
});

test("a day has the name that it has today", async () => {
  const { parley } = await signedIn();
  const day = async (ago: number, language?: Language) => {
    const time = new Date().setHours(12) - ago * 24 * 60 * 60 * 1000;
    return drawn(parley, createElement(DayLine, { time }), language);
  };
  assert.equal(await day(0), '<p class="day-line"><span>Today</span></p>');
  assert.equal(await day(1), '<p class="day-line"><span>Yesterday</span></p>');
  assert.match(await day(2), /<span>\w+, \w+ \d+<\/span>|<span>\w+ \d+, \d+<\/span>/);
  assert.match(await day(0, "ar"), /<span>اليوم<\/span>/);
});
