/** What is offered while one types, and whom a text mentions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person, TimelineView } from "parley-client";
import { codeAt, emojiFor, mentionedIn, peopleFor, typedAt, usersIn } from "../src/composer/completion.ts";

const PEOPLE: Person[] = [
  { user: "1", username: "ada", display_name: "Ada Winter" },
  { user: "2", username: "zoe.k", display_name: "Zoë Keller" },
  { user: "3", deleted: true },
];
const CODES = new Map([["smile", "😄"], ["heart_eyes", "😍"], ["heart", "❤️"], ["broken_heart", "💔"]]);

test("the word at the caret, behind a sign that begins one", () => {
  const typed = (text: string): string | undefined => {
    const found = typedAt(text, text.length);
    return found && `${found.kind}${found.word} ${found.from}`;
  };
  assert.equal(typed("@"), "@ 0");
  assert.equal(typed("well, @zo"), "@zo 6");
  assert.equal(typed("so :he"), ":he 3");
  for (const none of ["me@home", "10:30", ":h", ":-P", ":-)", ":+2", ":30", "a:he", "@ada ", "::he", "https://x", ""]) assert.equal(typed(none), undefined, none);
  for (const begun of [":+1", ":-1", ":100", ":ок"]) assert.equal(typed(begun), `${begun} 0`);
  assert.equal(typedAt("@ada and more", 4)?.word, "ada");
  assert.equal(typedAt(`@${"a".repeat(100)}`, 101), undefined);
});

test("people by any of their names, without accents, nobody who is gone", () => {
  assert.deepEqual(peopleFor("", PEOPLE).map(({ id }) => id), ["1", "2"]);
  assert.deepEqual(peopleFor("zoe", PEOPLE).map(({ put }) => put), ["@zoe.k "]);
  assert.deepEqual(peopleFor("kell", PEOPLE).map(({ id }) => id), ["2"]);
  assert.deepEqual(peopleFor("eller", PEOPLE), []);
});

test("emoji whose code begins so come first; a whole code becomes its emoji", () => {
  assert.deepEqual(emojiFor("heart", CODES).map(({ code }) => code), ["heart_eyes", "heart", "broken_heart"]);
  assert.deepEqual(emojiFor("he", CODES).map(({ code }) => code), ["heart_eyes", "heart"]);
  assert.deepEqual(emojiFor("ar", CODES), []);
  assert.deepEqual(codeAt("so :smile:", 10, CODES), { emoji: "😄", from: 3 });
  assert.equal(codeAt("so :smile: on", 13, CODES), undefined);
  assert.equal(codeAt("so :frown:", 10, CODES), undefined);
});

test("who is called by name, however it is written, and not in code", () => {
  assert.deepEqual(mentionedIn("@Ada and **@zoe.k**, come", PEOPLE), ["1", "2"]);
  assert.deepEqual(mentionedIn("`@ada` ada me@ada @adam", PEOPLE), []);
});

test("whom an edited text still calls is mentioned once, whether or not they are known to be here", () => {
  const before = [{ user: "9", username: "gone" }, { user: "1", username: "ada" }, { user: "8", username: "dropped" }];
  assert.deepEqual(mentionedIn("@ada and @gone", [...PEOPLE, ...before]), ["1", "9"]);
});

test("who is in a group shows by what was said there, and to whom", () => {
  const items = [{ type: "message", sender: "1", mentions: ["2"] }, { type: "notice" }, { type: "message", sender: "2", mentions: [] }];
  assert.deepEqual([...usersIn({ items } as unknown as TimelineView)], ["1", "2"]);
});
