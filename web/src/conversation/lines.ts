/** What stands in a log, line by line, worked out of the timeline. Pure. */
import type { MessageView, NoticeView, Seq, TimelineView } from "parley-client";
import { isSameDay } from "../words/time.ts";

/** Messages of one person that follow each other so closely are one turn. */
const TURN_MS = 5 * 60_000;

export type Line =
  | { type: "day"; id: string; time: number }
  | { type: "unread"; id: string }
  | { type: "notice"; id: string; time: number; notice: NoticeView }
  | { type: "message"; id: string; time: number; message: MessageView; startsTurn: boolean };

/** `readTo`: where the mark stood when one came, or came back, and something was unread. With older
 * ones to come it is not known yet where their day begins, nor where the first unread one stands:
 * neither has its line then, so that none goes because a page comes before it. */
export function linesOf(timeline: TimelineView, readTo: Seq | undefined): Line[] {
  const lines: Line[] = [];
  let before: MessageView | NoticeView | undefined;
  let unreadShown = readTo === undefined;
  for (const item of timeline.items) {
    const newDay = !before || !isSameDay(before.time, item.time);
    if (newDay && (before || !timeline.has_older)) lines.push({ type: "day", id: `day ${item.id}`, time: item.time });
    const isUnread = item.type === "message" && !item.own && (item.seq ?? 0) > (readTo ?? 0);
    const firstUnread = !unreadShown && isUnread;
    if (firstUnread) {
      unreadShown = true;
      if (before || !timeline.has_older) lines.push({ type: "unread", id: "unread" });
    }
    const { id, time } = item;
    if (item.type === "message") {
      const startsTurn = newDay || firstUnread || !follows(before, item);
      lines.push({ type: "message", id, time, message: item, startsTurn });
    } else {
      lines.push({ type: "notice", id, time, notice: item });
    }
    before = item;
  }
  return lines;
}

function follows(before: MessageView | NoticeView | undefined, message: MessageView): boolean {
  return before?.type === "message" && before.sender === message.sender &&
    message.time - before.time < TURN_MS;
}

/** Of what stands on the server. */
export function seqOf(line: Line): Seq | undefined {
  if (line.type === "message") return line.message.seq;
  return line.type === "notice" ? line.notice.seq : undefined;
}
