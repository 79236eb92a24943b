/** What a text that is being written may go on with: a name behind @, an emoji behind a colon. Pure. */
import type { Id, Person, TimelineView } from "parley-client";
import { LIMITS } from "parley-client";
import { folded } from "../words/text.ts";
import { namesIn } from "../words/markdown.ts";

/** What one is typing at the caret, from there to there in the text. */
export interface Typed {
  kind: "@" | ":";
  word: string;
  from: number;
  to: number;
}

/** What may stand there instead. */
export interface Offer {
  id: string;
  /** What is put into the text. */
  put: string;
  person?: Person;
  emoji?: string;
  code?: string;
}

/** Longer words are no names. */
const WORD_MAX = 64;
/** What may be the beginning of a code. One letter after a colon is a face more often, and so are signs. */
const CODE_BEGUN = /^(?:\p{L}.|\p{N}..|[+-]1)/u;
/** A word so short is offered what begins so alone: somebody may mean it as it stands. */
const ANYWHERE_MIN = 3;
const OFFERS_MAX = 6;
const TYPED = /(?<![\p{L}\p{N}@:.])([@:])([\p{L}\p{M}\p{N}._+-]*)$/u;
const WHOLE_CODE = /(?<![\p{L}\p{N}:]):([a-z0-9_+-]{2,40}):$/u;

export function typedAt(text: string, caret: number): Typed | undefined {
  const match = TYPED.exec(text.slice(Math.max(0, caret - WORD_MAX), caret));
  if (!match) return undefined;
  const [, kind, word = ""] = match;
  if (kind === ":" && !CODE_BEGUN.test(word)) return undefined;
  return { kind: kind === "@" ? "@" : ":", word, from: caret - word.length - 1, to: caret };
}

export function peopleFor(word: string, people: readonly Person[]): Offer[] {
  const wanted = folded(word);
  const found = people.filter(({ username, display_name, deleted }) => {
    if (deleted || username === undefined) return false;
    return username.startsWith(wanted) || ` ${folded(display_name ?? "")}`.includes(` ${wanted}`);
  });
  return found.slice(0, OFFERS_MAX).map((person) => ({ id: person.user, put: `@${person.username} `, person }));
}

/** Those that begin so, then those that have it elsewhere, unless it is very short. */
export function emojiFor(word: string, codes: ReadonlyMap<string, string>): Offer[] {
  const wanted = word.toLowerCase();
  const found: Offer[][] = [[], []];
  for (const [code, emoji] of codes) {
    const at = code.indexOf(wanted);
    if (at === 0 || (at > 0 && wanted.length >= ANYWHERE_MIN)) found[Math.min(at, 1)]?.push({ id: code, put: `${emoji} `, emoji, code });
  }
  return found.flat().slice(0, OFFERS_MAX);
}

/** A whole code that ends at the caret, and the emoji that it means. */
export function codeAt(
  text: string, caret: number, codes: ReadonlyMap<string, string>,
): { emoji: string; from: number } | undefined {
  const match = WHOLE_CODE.exec(text.slice(Math.max(0, caret - WORD_MAX), caret));
  const emoji = codes.get(match?.[1] ?? "");
  return match && emoji !== undefined ? { emoji, from: caret - match[0].length } : undefined;
}

/** Of these people, whom a text calls by name; somebody may be among them twice. */
export function mentionedIn(text: string, people: readonly Person[]): Id[] {
  const names = new Set([...namesIn(text)].map((name) => name.toLowerCase()));
  const called = people.filter(({ username }) => username !== undefined && names.has(username));
  return [...new Set(called.map(({ user }) => user))].slice(0, LIMITS.mentions_max);
}

/** Who is in a conversation, as far as what was said there shows. */
export function usersIn({ items }: TimelineView): Set<Id> {
  const users = new Set<Id>();
  for (const item of items) {
    if (item.type !== "message") continue;
    for (const user of [item.sender, ...item.mentions]) users.add(user);
  }
  return users;
}
