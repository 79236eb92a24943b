/** Tells of something new while one looks at no tab of the page: by the system's notifications, if one
 * wants them, and by a sound. Of several tabs one does. */
import { useEffect, useRef } from "react";
import type { ConversationView, Id, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useTitleOf } from "../people/names.ts";
import { go, placeOf } from "../route/route.ts";
import { useStore } from "../store/context.ts";
import { plainOf } from "../words/markdown.ts";
import icon from "../app/favicon.svg?url";
import { chime } from "./chime.ts";
import { isLookedAt, tellWhenLookedAt } from "./lookedAt.ts";
import { isWorthAWord } from "./worth.ts";

/** A line or two is shown. */
const CHARS_MAX = 160;
/** So long another tab that heard of the same may not tell of it again. */
const HELD_MS = 5000;

export function useAlerts(): void {
  const { parley, look } = useStore();
  const conversations = useObservable(parley.conversations);
  const synced = useObservable(parley.synced);
  const { notify, silent } = useObservable(look.chosen);
  const titleOf = useTitleOf();
  /** The newest message that was here before, of each conversation; undefined until one is up to date. */
  const known = useRef<Map<Id, Seq> | undefined>(undefined);

  useEffect(() => tellWhenLookedAt(), []);
  useEffect(() => {
    if (!synced && !known.current) return;
    const before = known.current;
    known.current = new Map(conversations.map((view) => [view.conversation, view.last?.seq ?? 0]));
    if (!before || !notify) return;
    for (const view of conversations) {
      if (!isWorthAWord(view, before.get(view.conversation) ?? 0, Date.now())) continue;
      void oneTab(`${view.conversation} ${view.last?.seq}`, () => {
        show(titleOf(view), view);
        if (!silent) chime();
      });
    }
  }, [conversations, synced, notify, silent, titleOf]);
}

function show(title: string, view: ConversationView): void {
  const body = plainOf((view.last?.text ?? "").slice(0, CHARS_MAX));
  try {
    // The next one of a conversation takes the place of the one before.
    const notice = new Notification(title, { body, icon, tag: view.conversation, silent: true });
    notice.onclick = () => {
      window.focus();
      go(placeOf(view));
      notice.close();
    };
  } catch {
    // Some phones show none but a service worker's.
  }
}

async function oneTab(what: string, act: () => void): Promise<void> {
  await navigator.locks.request(`parley/alert/${what}`, { ifAvailable: true }, async (lock) => {
    if (!lock || (await isLookedAt())) return;
    act();
    await new Promise((resolve) => setTimeout(resolve, HELD_MS));
  });
}
