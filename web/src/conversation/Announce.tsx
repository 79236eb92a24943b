import type { ExcerptView, MessageView, Seq } from "parley-client";
import { useEffect, useRef, useState } from "react";
import { useName } from "../people/names.ts";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";
import { newestSeq, newsBehind } from "./news.ts";

/** More of a message is read in the log. */
const CHARS_MAX = 300;

/** Says what comes in while one is here, for those who hear the page. The log itself says nothing: its lines
 * come and go as one scrolls, and each of them would be news. */
export function Announce({ timeline: { items, has_newer } }: { timeline: ExcerptView }) {
  /** Up to where it was here, or said; undefined until something is here. */
  const known = useRef<Seq | undefined>(undefined);
  const [news, setNews] = useState<readonly MessageView[]>([]);

  useEffect(() => {
    const newest = newestSeq(items);
    // In the past there are no news.
    if (has_newer || newest === 0) return;
    const before = known.current ?? newest;
    known.current = Math.max(before, newest);
    const some = newsBehind(items, before);
    if (some.length > 0) setNews(some);
  }, [items, has_newer]);

  // Each is an element of its own: the same words twice are news twice.
  return (
    <div className="unseen" aria-live="polite">
      {news.map((message) => <News key={message.id} message={message} />)}
    </div>
  );
}

function News({ message: { sender, text = "" } }: { message: MessageView }) {
  const say = useText();
  const name = useName(sender);
  return <p>{say("message.by", { name })}{plainOf(text.slice(0, CHARS_MAX))}</p>;
}
