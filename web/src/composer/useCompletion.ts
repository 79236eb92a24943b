/** What is offered while one types, and the keys that choose from it. */
import type { KeyboardEvent } from "react";
import { useEffect, useId, useMemo, useState } from "react";
import type { Person } from "parley-client";
import { codesOf } from "../emoji/codes.ts";
import type { Offer } from "./completion.ts";
import { codeAt, emojiFor, peopleFor, typedAt } from "./completion.ts";
import type { Box } from "./useBox.ts";

const NO_CODES: ReadonlyMap<string, string> = new Map();

export interface Completion {
  listId: string;
  offers: readonly Offer[];
  /** Which of them Enter takes. */
  active: number;
  choose(offer: Offer): void;
  /** True: the key was meant for what is offered. */
  onKeyDown(event: KeyboardEvent): boolean;
}

/** `onPut`: the text has changed by what was chosen. */
export function useCompletion(box: Box, people: readonly Person[], onPut: (text: string) => void): Completion {
  const listId = useId();
  const [moved, setMoved] = useState({ key: "", by: 0 });
  /** Where somebody did not want what was offered. */
  const [refused, setRefused] = useState<number | undefined>();
  const typed = typedAt(box.text, box.caret);
  const codes = useCodes(typed?.kind === ":");
  const key = typed && typed.from !== refused ? `${typed.from} ${typed.kind}${typed.word}` : "";
  const offers = useMemo(() => {
    if (!typed || key === "") return [];
    return typed.kind === "@" ? peopleFor(typed.word, people) : emojiFor(typed.word, codes);
    // The key says all of what was typed.
  }, [key, people, codes]);
  const active = moved.key === key ? moved.by : 0;

  // A whole code becomes its emoji at once.
  useEffect(() => {
    const code = codeAt(box.text, box.caret, codes);
    if (code) onPut(box.put(code.emoji, code.from, box.caret));
  }, [box.text, codes]);

  const choose = (offer: Offer): void => {
    if (typed) onPut(box.put(offer.put, typed.from, typed.to));
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const offer = offers[active];
    if (!offer) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) setMoved({ key, by: (active + by + offers.length) % offers.length });
    else if (event.key === "Escape") setRefused(typed?.from);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(offer);
    else return false;
    event.preventDefault();
    return true;
  };
  return { listId, offers, active, choose, onKeyDown };
}

/** The codes of emoji, loaded when they are first wanted. Without them what is typed stays. */
function useCodes(wanted: boolean): ReadonlyMap<string, string> {
  const [codes, setCodes] = useState(NO_CODES);
  useEffect(() => {
    if (!wanted) return;
    // Also if by then one has typed on: the code may be whole.
    codesOf().then(setCodes, () => {});
  }, [wanted]);
  return codes;
}
