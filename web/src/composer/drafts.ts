/**
 * What was begun and not sent, for each conversation: the library has it for all of one's devices. With
 * a person one has no conversation with yet it is this page's alone, as long as the page lives.
 */
import type { RefObject } from "react";
import { createContext, use, useEffect, useMemo } from "react";
import type { Id, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";

export const DraftsContext = createContext<Map<Id, string>>(new Map());

export interface DraftKeeper {
  get(): string;
  set(text: string, reply_to?: Seq): void;
}

/** `id`: of the place; `conversation`: once there is one. */
export function useDraft(id: Id, conversation: Id | undefined): DraftKeeper {
  const { personal } = useParley();
  const unknown = use(DraftsContext);
  return useMemo(() => ({
    get() {
      const known = conversation === undefined ? undefined : personal.draft(conversation).getSnapshot();
      return known?.text ?? unknown.get(id) ?? "";
    },
    set(text, reply_to) {
      if (conversation === undefined) {
        unknown.set(id, text);
        return;
      }
      unknown.delete(id);
      personal.setDraft(conversation, text, reply_to);
    },
  }), [personal, unknown, id, conversation]);
}

/** What another device wrote meanwhile, unless one is writing here; and what is written here is told
 * when the page goes out of sight. */
export function useDraftFromElsewhere(
  box: RefObject<HTMLTextAreaElement | null>, conversation: Id | undefined, take: (text: string) => void,
): void {
  const { personal } = useParley();
  const draft = useObservable(personal.draft(conversation ?? ""))?.text ?? "";

  useEffect(() => {
    const writes = document.activeElement === box.current && box.current?.value !== "";
    if (conversation !== undefined && !writes) take(draft);
    // Only for what was heard: `take` is another one each time.
  }, [draft, conversation]);
  useEffect(() => {
    if (conversation === undefined) return undefined;
    const flush = (): void => {
      if (document.visibilityState === "hidden") personal.flushDraft(conversation);
    };
    document.addEventListener("visibilitychange", flush);
    return () => document.removeEventListener("visibilitychange", flush);
  }, [personal, conversation]);
}
