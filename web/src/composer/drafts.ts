/** What was begun and not sent, in each conversation and to each person: the library keeps it, and has it
 * for all of one's devices. */
import { useEffect, useMemo, useRef } from "react";
import type { Id, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";

export interface DraftKeeper {
  get(): string;
  set(text: string, reply_to?: Seq): void;
  /** What stands answers that message; absent: none. */
  answers(reply_to?: Seq): void;
  /** Which that is. */
  answered(): Seq | undefined;
}

/** `to`: the conversation, or the person as long as there is none. */
export function useDraft(to: Id): DraftKeeper {
  const { personal } = useParley();
  return useMemo(() => ({
    get: () => personal.draft(to).getSnapshot()?.text ?? "",
    set: (text, reply_to) => personal.setDraft(to, text, reply_to),
    answers(reply_to) {
      const draft = personal.draft(to).getSnapshot();
      if (draft && draft.reply_to !== reply_to) personal.setDraft(to, draft.text, reply_to);
    },
    answered: () => personal.draft(to).getSnapshot()?.reply_to,
  }), [personal, to]);
}

/** What another device, or another tab, wrote or sent meanwhile, unless something else stands in the box;
 * and what is written here is told when the page goes out of sight. `text`: what stands there. */
export function useDraftFromElsewhere(to: Id, text: string, take: (text: string) => void): void {
  const { personal } = useParley();
  const draft = useObservable(personal.draft(to))?.text ?? "";
  const before = useRef(draft);

  useEffect(() => {
    if (text === before.current && text !== draft) take(draft);
    before.current = draft;
    // Only for what was heard: what is typed here is the draft.
  }, [draft]);
  useEffect(() => {
    const flush = (): void => {
      if (document.visibilityState === "hidden") personal.flushDraft(to);
    };
    document.addEventListener("visibilitychange", flush);
    return () => document.removeEventListener("visibilitychange", flush);
  }, [personal, to]);
}
