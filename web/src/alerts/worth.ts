/** What somebody is to be told of. Pure. */
import type { ConversationView, MessageView, NoticeView, Seq } from "parley-client";
import { isMuted } from "../list/arrange.ts";

/** How far one knew of a conversation: its newest message, and the newest that mentions one. */
export interface Known {
  last: Seq;
  mention: Seq;
}

export const NOTHING_KNOWN: Known = { last: 0, mention: 0 };

export interface News {
  seq: Seq;
  /** Of a mention with more behind it it may not be here yet. */
  text: string | undefined;
}

export function knownOf({ last, mention = 0 }: ConversationView): Known {
  return { last: last?.seq ?? 0, mention };
}

/** What is new in a conversation and worth a word: the newest message of another, or of what is muted or
 * archived the mention. Several may come at once, and what came last be of one's own or deleted: `items` is
 * what is here of the conversation, asked for only if it is wanted. */
export function newsOf(
  view: ConversationView, items: () => readonly (MessageView | NoticeView)[], before: Known, now: number,
): News | undefined {
  const { last, unread, archived, mention = 0 } = view;
  if (unread === 0) return undefined;
  if (archived || isMuted(view, now)) {
    if (mention <= before.mention) return undefined;
    const message = items().find((item): item is MessageView => item.type === "message" && item.seq === mention);
    return message?.deleted ? undefined : { seq: mention, text: message?.text };
  }
  if (!last || (last.seq ?? 0) <= before.last) return undefined;
  const message = [...items(), last].findLast((item): item is MessageView =>
    item.type === "message" && !item.own && !item.deleted && (item.seq ?? 0) > before.last);
  return message?.seq === undefined ? undefined : { seq: message.seq, text: message.text };
}
