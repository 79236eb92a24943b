/** What came in while one is here. Pure. */
import type { MessageView, NoticeView, Seq } from "parley-client";

/** Of more the newest are said; all of them are in the log. */
const NEWS_MAX = 5;

type Items = readonly (MessageView | NoticeView)[];

/** Of the newest that stands on the server; 0: none does. */
export function newestSeq(items: Items): Seq {
  return items.findLast((item) => item.seq !== undefined)?.seq ?? 0;
}

/** What others said behind a seq, oldest first. */
export function newsBehind(items: Items, seq: Seq): MessageView[] {
  return items.filter((item): item is MessageView =>
    item.type === "message" && !item.own && !item.deleted && (item.seq ?? 0) > seq).slice(-NEWS_MAX);
}
