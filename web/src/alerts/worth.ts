import type { ConversationView, Seq } from "parley-client";
import { isMuted } from "../list/arrange.ts";

/** Whether somebody is to be told what is new in a conversation; `before`: the newest message that was
 * known. A mention is worth a word wherever it is. */
export function isWorthAWord(view: ConversationView, before: Seq, now: number): boolean {
  const { last, unread, archived, mention } = view;
  if (!last || last.own || last.deleted || unread === 0 || (last.seq ?? 0) <= before) return false;
  return last.seq === mention || !(archived || isMuted(view, now));
}
