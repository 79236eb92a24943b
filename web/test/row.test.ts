/** What stands in a line of the list, drawn from what the library says of a conversation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "parley-client";
import { createElement } from "react";
import type { Rig } from "../../client/test/rig.ts";
import { CHAT, ME, PEER, entryOf, message, signedIn } from "../../client/test/rig.ts";
import type { Language } from "../src/words/languages.ts";
import { drawn, load } from "./draw.ts";

const { ConversationRow } = await load<typeof import("../src/list/ConversationRow.tsx")>("list/ConversationRow.tsx");

const SAID = message(1, { text: "**well**\nsaid" });
const GROUP: Partial<Entry> = { kind: "group", title: "All", role: "member" };

async function talk(entry: Partial<Entry> = {}, last = SAID): Promise<Rig> {
  const rig = await signedIn([entryOf({ head: 1, n: 1, last, time: last.time, ...entry })]);
  rig.parley.person(PEER).getSnapshot();
  await rig.clock.pass(0);
  return rig;
}

interface Seen {
  language?: Language;
  isOpen?: boolean;
}

async function row({ clock, parley }: Rig, { language, isOpen = false }: Seen = {}): Promise<string> {
  const view = parley.conversations.getSnapshot()[0];
  assert.ok(view);
  const props = { view, place: { kind: "person", user: PEER }, isOpen, now: clock.wall() } as const;
  return drawn(parley, createElement(ConversationRow, props), language);
}

/** What is heard of its marks. */
function marksOf(html: string): string[] {
  const marks = html.split('class="row-marks"')[1] ?? "";
  return [...marks.matchAll(/<span class="unseen">([^<]*)/g)].map(([, words = ""]) => words);
}

/** What is seen of its second line. */
function lineOf(html: string): string | undefined {
  const line = /<span class="row-sub.*?(?=<span class="row-marks")/.exec(html)?.[0];
  return line?.replaceAll(/<svg[^>]*aria-label="([^"]*)".*?<\/svg>/g, "($1) ").replaceAll(/<[^>]*>/g, "");
}

test("a line has a name, and what was said last in one line of plain words", async () => {
  const html = await row(await talk());
  assert.match(html, /<bdi class="row-title">X<\/bdi>/);
  assert.match(html, /<a class="row" href="#/);
  assert.match(html, /<span class="row-words" dir="auto">well said<\/span>/);
  assert.deepEqual(marksOf(html), []);
  assert.match(await row(await talk(), { isOpen: true }), /aria-current="page"/);
  assert.equal(lineOf(await row(await talk(GROUP))), "X:well said");
  assert.equal(lineOf(await row(await talk(GROUP, { ...SAID, sender: ME }))), "You:well said");
});

test("how many are unread is seen and heard, up to 999", async () => {
  for (const [unread, shown, heard] of [[1, "1", "1 unread"], [999, "999", "999 unread"], [1000, "999+", "999+ unread"]] as const) {
    const html = await row(await talk({ head: unread, n: unread, unread }, { ...SAID, seq: unread, n: unread }));
    assert.match(html, /<a class="row row-unread"/);
    assert.ok(html.includes(`<span class="badge"><span aria-hidden="true">${shown}</span>`), shown);
    assert.deepEqual(marksOf(html), [heard]);
  }
  const marked = await row(await talk({ marked_unread: true, read: 1 }));
  assert.match(marked, /<a class="row row-unread".*<span class="badge"><span aria-hidden="true"><\/span>/);
  assert.deepEqual(marksOf(marked), ["Marked as unread"]);
});

test("muted, pinned and a mention have a mark each; what is muted counts quietly, until that ends", async () => {
  const rig = await talk({ muted_until: 1_700_000_060_000, pinned: 3, mention: 1, unread: 1 });
  const html = await row(rig);
  assert.deepEqual(marksOf(html), ["Muted", "Pinned", "You are mentioned", "1 unread"]);
  assert.match(html, /<span class="badge badge-quiet">/);
  await rig.clock.pass(60_000);
  assert.deepEqual(marksOf(await row(rig)), ["Pinned", "You are mentioned", "1 unread"]);
});

test("who types comes before what one began to write, and that before what was said", async () => {
  const rig = await talk();
  rig.parley.personal.setDraft(CHAT, "*begun*");
  await rig.clock.pass(0);
  assert.equal(lineOf(await row(rig)), "Draft:begun");
  // There it stands in the box.
  assert.equal(lineOf(await row(rig, { isOpen: true })), "well said");
  rig.server.push({ push: "typing", conversation: CHAT, user: PEER });
  await rig.clock.pass(0);
  assert.equal(lineOf(await row(rig)), "typing…");
});

test("one's own has its tick in a 1:1; what failed is said, even beside a draft, until it is seen to", async () => {
  const own = { ...SAID, sender: ME };
  assert.equal(lineOf(await row(await talk({ peer_read: 1 }, own))), "(read) well said");
  assert.equal(lineOf(await row(await talk(GROUP, own))), "You:well said");
  const rig = await talk();
  rig.server.on("message.send", () => ({ error: { code: "cannot_write", message: "" } }));
  await assert.rejects(rig.parley.send(CHAT, "refused"));
  rig.parley.personal.setDraft(CHAT, "begun");
  await rig.clock.pass(0);
  assert.equal(lineOf(await row(rig)), "(not sent) refused");
  rig.server.event(message(2, { text: "later", time: rig.clock.wall() + 1 }));
  rig.parley.personal.setDraft(CHAT, "");
  await rig.clock.pass(0);
  assert.equal(lineOf(await row(rig)), "later(not sent) ");
});

test("of what was deleted it is said that it was", async () => {
  const { text, ...gone } = SAID;
  assert.equal(lineOf(await row(await talk({}, { ...gone, deleted: true }))), "Message deleted");
});

test("in Arabic each number has its own form, and names keep their direction", async () => {
  const unread = async (count: number) =>
    marksOf(await row(await talk({ head: 200, n: 200, unread: count }, { ...SAID, seq: 200, n: 200 }), { language: "ar" }))[0];
  const said = await Promise.all([1, 2, 3, 11].map(unread));
  assert.deepEqual(said.map((words) => words?.replace(/[\d٠-٩]+/, "#")),
    ["رسالة غير مقروءة", "رسالتان غير مقروءتين", "# رسائل غير مقروءة", "# رسالة غير مقروءة"]);
  assert.match(await row(await talk(), { language: "ar" }), /<bdi class="row-title">X<\/bdi>/);
});
