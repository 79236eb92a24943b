import type { ExcerptView, MessageView } from "parley-client";
import { useEffect, useRef, useState } from "react";
import { useName } from "../people/names.ts";
import { plainOf } from "../words/markdown.ts";
import { useText } from "../words/useText.ts";

/** More of a message is read in the log. */
const CHARS_MAX = 300;

/** Says what comes in while one is here, for those who hear the page. The log itself says nothing: its lines
 * come and go as one scrolls, and each of them would be news. */
export function Announce({ timeline }: { timeline: ExcerptView }) {
  const last = timeline.items.findLast((item): item is MessageView => item.type === "message");
  const before = useRef<MessageView | undefined>(undefined);
  const [news, setNews] = useState<MessageView | undefined>();

  useEffect(() => {
    const known = before.current;
    before.current = last;
    if (known && last && last.id !== known.id && last.time >= known.time && !last.own && !timeline.has_newer) setNews(last);
  }, [last, timeline.has_newer]);

  return <div className="unseen" aria-live="polite">{news && <News message={news} />}</div>;
}

function News({ message: { sender, text = "" } }: { message: MessageView }) {
  const say = useText();
  const name = useName(sender);
  return <p>{say("message.by", { name })}{plainOf(text.slice(0, CHARS_MAX))}</p>;
}
