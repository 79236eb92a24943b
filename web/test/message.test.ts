/** What stands in the page of a message, drawn from what the library shows of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent, Entry, MessageView } from "parley-client";
import { createElement } from "react";
import type { FakeServer, Rig } from "../../client/test/rig.ts";
import { CHAT, ME, PEER, entryOf, message, signedIn } from "../../client/test/rig.ts";
import type { TalkActions } from "../src/message/actions.ts";
import type { Language } from "../src/words/languages.ts";
import { drawn, load } from "./draw.ts";

const { Message } = await load<typeof import("../src/message/Message.tsx")>("message/Message.tsx");
const { MessageActionsContext, useMessageActions } =
  await load<typeof import("../src/message/actions.ts")>("message/actions.ts");

const nothing = (): void => {};
const TALK: TalkActions = {
  reply: nothing, edit: nothing, forward: nothing, info: nothing, remove: nothing, hide: nothing, discard: nothing,
  show: nothing,
};
const GROUP: Partial<Entry> = { kind: "group", title: "All", role: "member" };

function naming(server: FakeServer): void {
  server.on("user.get", ({ user }) => ({
    ok: { user, username: user === ME ? "me" : "zoe", display_name: user === ME ? "Me" : "Zoë", about: "", blocked: false },
  }));
}

/** A conversation in which this happened. */
async function talk(events: readonly ChatEvent[] = [], entry: Partial<Entry> = {}): Promise<Rig> {
  const rig = await signedIn([entryOf(entry)], naming);
  for (const event of events) rig.server.event(event);
  for (const user of [ME, PEER]) rig.parley.person(user).getSnapshot();
  await rig.clock.pass(0);
  return rig;
}

function Last({ parley }: Pick<Rig, "parley">) {
  const view = parley.conversation(CHAT).getSnapshot();
  const items = parley.timeline(CHAT).getSnapshot().items.filter((item): item is MessageView => item.type === "message");
  const last = items.at(-1);
  assert.ok(last);
  const props = {
    message: last, startsTurn: true, showsSender: view?.kind === "group", isLast: true, isFound: false,
    quoted: items.find(({ seq }) => seq === last.reply_to),
  };
  return createElement(MessageActionsContext, { value: useMessageActions(view, TALK) }, createElement(Message, props));
}

/** How the last message is drawn. */
function last({ parley }: Rig, language?: Language): Promise<string> {
  return drawn(parley, createElement(Last, { parley }), language);
}

/** What is between the tags. */
function wordsOf(html: string): string {
  return html.replaceAll(/<[^>]*>/g, "|").replaceAll(/\|+/g, "|");
}

const tickOf = (html: string): string | undefined => /<svg class="ticks [^>]*aria-label="([^"]*)"/.exec(html)?.[1];

test("whose it is can be seen and heard; in a group another's has a name and a face", async () => {
  const [mine, theirs] = [message(1, { sender: ME }), message(1)];
  const own = await last(await talk([mine]));
  assert.match(own, /^<div class="message own starts-turn">/);
  assert.match(own, /<span class="unseen">You: <\/span>/);
  const other = await last(await talk([theirs]));
  assert.match(other, /^<div class="message other starts-turn">/);
  assert.match(other, /<span class="unseen">Zoë: <\/span>/);
  assert.doesNotMatch(other, /avatar/);
  const inGroup = await last(await talk([theirs], GROUP));
  assert.match(inGroup, /data-initials="Z"/);
  assert.match(inGroup, /<p class="message-sender [^"]*"><bdi>Zoë<\/bdi><\/p>/);
  assert.doesNotMatch(await last(await talk([mine], GROUP)), /avatar|message-sender/);
});

test("one's own has a tick for how far it got, another's has none", async () => {
  const ticks = async (mark: Partial<Entry>) => tickOf(await last(await talk([message(1, { sender: ME })], mark)));
  assert.equal(await ticks({}), "sent");
  assert.equal(await ticks({ peer_delivered: 1 }), "delivered");
  assert.equal(await ticks({ peer_delivered: 1, peer_read: 1 }), "read");
  assert.equal(tickOf(await last(await talk([message(1)]))), undefined);
});

test("one on its way waits and has no menu; refused, it says why and what to do", async () => {
  const rig = await talk();
  const { clock, parley, server } = rig;
  void parley.send(CHAT, "said").catch(() => {});
  await clock.pass(0);
  const waits = await last(rig);
  assert.equal(tickOf(waits), "waiting to be sent");
  assert.doesNotMatch(waits, /<button/);
  server.on("message.send", () => ({ error: { code: "cannot_write", message: "" } }));
  void parley.send(CHAT, "said again").catch(() => {});
  server.socket.end(1006);
  await clock.pass(10_000);
  const failed = await last(rig);
  assert.equal(tickOf(failed), "not sent");
  assert.match(failed, /class="message own starts-turn is-failed"/);
  assert.match(failed, /<p class="failed" role="alert"><span>Not sent\. You cannot write/);
  assert.deepEqual([...failed.matchAll(/<button[^>]*>([^<]*)/g)].map(([, words]) => words), ["Try again", "Discard"]);
});

test("that it was edited or forwarded is said", async () => {
  const edit: ChatEvent = {
    conversation: CHAT, seq: 2, n: 1, rev: 2, time: 2, sender: PEER, type: "edit", target: 1, text: "better",
  };
  const plain = wordsOf(await last(await talk([message(1)])));
  assert.doesNotMatch(plain, /edited|Forwarded/);
  assert.match(wordsOf(await last(await talk([message(1), edit]))), /\|better\|edited\|/);
  assert.match(wordsOf(await last(await talk([message(1, { forwarded: true })]))), /\|Forwarded\|m1\|/);
});

test("of one that was deleted nothing stands but that it was", async () => {
  const html = await last(await talk([
    message(1), message(2, { sender: ME, text: "secret", reply_to: 1, reactions: [{ user: PEER, emoji: "👍" }] }),
    { conversation: CHAT, seq: 3, n: 2, rev: 3, time: 3, sender: ME, type: "delete", target: 2 },
  ]));
  assert.match(html, /<p class="message-text message-deleted">Message deleted<\/p>/);
  assert.doesNotMatch(html, /secret|👍|class="quote"|class="ticks|<button/);
});

test("an answer shows what it answers, be that deleted or not here", async () => {
  const quoteOf = async (events: ChatEvent[], entry?: Partial<Entry>) =>
    wordsOf(/<button[^>]*class="quote".*?<\/button>/.exec(await last(await talk(events, entry)))?.[0] ?? "");
  const answer = message(3, { reply_to: 1, sender: ME });
  const gone: ChatEvent = { conversation: CHAT, seq: 2, n: 1, rev: 2, time: 2, sender: PEER, type: "delete", target: 1 };
  assert.equal(await quoteOf([message(1, { text: "**so** it is" }), message(2), answer]), "|Zoë|so it is|");
  assert.equal(await quoteOf([message(1), gone, answer]), "|Zoë|Message deleted|");
  assert.equal(await quoteOf([answer], { head: 2, n: 2 }), "|An earlier message|");
});

test("each reaction stands once, with how many and who; one's own is pressed", async () => {
  const reactions = [{ user: PEER, emoji: "👍" }, { user: ME, emoji: "👍" }, { user: "300", emoji: "😮" }];
  const html = await last(await talk([message(1, { reactions })]));
  const drawnOf = [...html.matchAll(/<button[^>]*class="reaction" aria-pressed="(\w+)"[^>]*>(.*?)<\/button>/g)];
  assert.deepEqual(drawnOf.map(([, pressed, inside = ""]) => [pressed, wordsOf(inside)]), [["true", "|👍|2|"], ["false", "|😮|"]]);
  assert.match(html, /aria-label="👍, 2: \u2068Zoë\u2069, \u2068You\u2069"/);
});

test("whom it mentions is marked, oneself more; a name that it does not mention is text", async () => {
  const html = await last(await talk([message(1, { text: "@zoe @me @else", mentions: [ME, PEER] })], GROUP));
  assert.match(html, /<a class="mention" href="#[^"]*200[^"]*"><bdi>@zoe<\/bdi><\/a>/);
  assert.match(html, /<strong class="mention mention-me"><bdi>@me<\/bdi><\/strong> @else</);
});

test("marks become elements, and whatever else one types stays text", async () => {
  const said = async (text: string) =>
    /<div class="message-text" dir="auto">(.*?)<\/div><span class="message-foot">/s.exec(await last(await talk([message(1, { text })])))?.[1];
  assert.equal(await said("**a** *b* ~~c~~ `d`"),
    '<p dir="auto"><strong>a</strong> <em>b</em> <del>c</del> <code class="code">d</code></p>');
  assert.match(await said("[here](https://a.test/)") ?? "",
    /<a href="https:\/\/a\.test\/" title="https:\/\/a\.test\/" target="_blank" rel="noopener noreferrer">here<\/a>/);
  assert.match(await said("```\n<b>\n```") ?? "", /<pre dir="ltr"[^>]*><code>&lt;b&gt;<\/code><\/pre>/);
  for (const bad of ["<img src=x onerror=alert(1)>", "**<script>alert(1)</script>**", "`</code><svg onload=alert(1)>`"]) {
    assert.doesNotMatch(await said(bad) ?? "", /<(img|script|svg)/);
  }
  assert.doesNotMatch(await said("[here](javascript:alert(1)) [x](https://a.test/\"onclick=\"alert(1))") ?? "", /href="javascript|" ?onclick/);
});

test("in Arabic the page's words are Arabic, and what people wrote keeps its own direction", async () => {
  const html = await last(await talk([message(1, { text: "hello", sender: ME, edited: 2 })], { peer_read: 1 }), "ar");
  assert.equal(tickOf(html), "قُرئت");
  assert.match(wordsOf(html), /\|معدّلة\|/);
  assert.match(html, /<div class="message-text" dir="auto"><p dir="auto">hello<\/p>/);
});
