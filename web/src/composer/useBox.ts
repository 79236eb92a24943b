/** The text box: what stands in it, where the caret is, and how words come in that nobody typed. */
import type { RefObject } from "react";
import { useLayoutEffect, useRef, useState } from "react";

export interface Box {
  ref: RefObject<HTMLTextAreaElement | null>;
  text: string;
  caret: number;
  /** The caret may have moved. */
  look(): void;
  /** Another text stands there. */
  set(text: string): void;
  /** The text with these words between there and there; unless given, where the caret is or instead of
   * what is chosen. The caret stands behind them then. */
  put(words: string, from?: number, to?: number): string;
  focus(): void;
}

export function useBox(first: () => string): Box {
  const ref = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(first);
  const [caret, setCaret] = useState(0);
  /** Where it is to stand once the text is drawn. */
  const placed = useRef<number | undefined>(undefined);

  useLayoutEffect(() => {
    if (placed.current === undefined) return;
    ref.current?.setSelectionRange(placed.current, placed.current);
    placed.current = undefined;
  }, [text]);

  return {
    ref, text, caret,
    look: () => setCaret(ref.current?.selectionStart ?? 0),
    set: setText,
    put(words, from = ref.current?.selectionStart ?? text.length, to = ref.current?.selectionEnd ?? from) {
      // Of the box itself: what was just typed is no state yet.
      const before = ref.current?.value ?? text;
      const now = before.slice(0, from) + words + before.slice(Math.max(from, to));
      placed.current = from + words.length;
      setText(now);
      setCaret(placed.current);
      return now;
    },
    focus: () => ref.current?.focus(),
  };
}
