/** Tells of something new while one looks at no tab of the page: by the system's notifications and by a sound,
 * each if one wants it. Of several tabs one does. */
import { useEffect, useRef } from "react";
import type { Id } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { titleOf } from "../people/names.ts";
import { hrefOf, placeOf } from "../route/route.ts";
import { useStore } from "../store/context.ts";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";
import { chime, mayChime } from "./chime.ts";
import { tellWhenLookedAt } from "./lookedAt.ts";
import { beginNotices, showNotice } from "./notices.ts";
import { oneTab } from "./oneTab.ts";
import type { Known } from "./worth.ts";
import { NOTHING_KNOWN, knownOf, newsOf } from "./worth.ts";

/** A line or two is shown. */
const CHARS_MAX = 160;

export function useAlerts(): void {
  const { parley, look } = useStore();
  const say = useText();
  const conversations = useObservable(parley.conversations);
  const synced = useObservable(parley.synced);
  const { notify, silent } = useObservable(look.chosen);
  /** What was here before, of each conversation; undefined until one is up to date. */
  const known = useRef<Map<Id, Known> | undefined>(undefined);

  useEffect(() => tellWhenLookedAt(), []);
  useEffect(() => beginNotices(), []);
  useEffect(() => {
    if (!synced && !known.current) return;
    const before = known.current;
    known.current = new Map(conversations.map((view) => [view.conversation, knownOf(view)]));
    // A tab that can do nothing leaves it to another.
    if (!before || (!notify && (silent || !mayChime()))) return;
    for (const view of conversations) {
      const { conversation } = view;
      const items = () => parley.timeline(conversation).getSnapshot().items;
      const news = newsOf(view, items, before.get(conversation) ?? NOTHING_KNOWN, Date.now());
      if (!news) continue;
      const body = news.text === undefined ? say("list.mentioned") : plainOf(news.text.slice(0, CHARS_MAX));
      void oneTab(`${conversation} ${news.seq}`, () => {
        if (notify) showNotice({ title: titleOf(view, say), body, tag: conversation, href: hrefOf(placeOf(view)) });
        if (!silent) chime();
      });
    }
  }, [parley, conversations, synced, notify, silent, say]);
}
