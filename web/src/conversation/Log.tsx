/** What was said, oldest first. */
import type { ConversationView, Id, MessageView, Seq, TimelineView } from "parley-client";
import type { KeyboardEvent } from "react";
import { useEffect, useMemo, useRef } from "react";
import type { Intent } from "../composer/intent.ts";
import { intentTo } from "../composer/intent.ts";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";
import { useContextMenu } from "../hooks/useContextMenu.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { Message } from "../message/Message.tsx";
import { focusLog } from "../message/focusLog.ts";
import { hasMenu } from "../message/may.ts";
import { messageMenuOf } from "../message/messageMenuOf.ts";
import { MessageActionsContext, useMessageActions } from "../message/actions.ts";
import { useParley } from "../store/context.ts";
import type { Reading } from "../store/reading.ts";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { Announce } from "./Announce.tsx";
import { DayLine } from "./DayLine.tsx";
import { firstInView } from "./inView.ts";
import type { Line } from "./lines.ts";
import { linesOf, seqOf } from "./lines.ts";
import { NoticeLine } from "./NoticeLine.tsx";
import type { Sheet } from "./Sheets.tsx";
import { ToLatest } from "./ToLatest.tsx";
import { useLogLines } from "./useLogLines.ts";
import { useMarkRead } from "./useMarkRead.ts";
import { useOlder } from "./useOlder.ts";
import { useReach, useReachAgain } from "./useReach.ts";
import { useReadTo } from "./useReadTo.ts";
import { useTarget } from "./useTarget.ts";

const NO_LINES: readonly Line[] = [];

export interface LogProps {
  id: Id;
  view: ConversationView | undefined;
  reading: Reading;
  onIntent: (intent: Intent) => void;
  /** Something is to be done with a message that takes more than a press. */
  onSheet: (sheet: Sheet) => void;
}

export function Log({ id, view, reading, onIntent, onSheet }: LogProps) {
  const log = useRef<HTMLDivElement>(null);
  const say = useText();
  const timeline = useObservable(reading.timeline);
  const readTo = useReadTo(view);
  const way = useReach(reading, timeline, readTo, view?.read);
  const { reaching, lacks } = way;
  const lines = useMemo(
    () => (reaching ? NO_LINES : linesOf(timeline, readTo)), [reaching, timeline, readTo],
  );
  const bySeq = useMemo(() => messagesBySeq(timeline), [timeline]);
  const actions = useMessageActions(view, useTalkActions(reading, onIntent, onSheet));
  const { virtual, isAtEnd } = useLogLines(log, lines, readTo, !timeline.has_newer);
  useReachAgain(reading, way, readTo, isAtEnd && !timeline.has_newer);
  useEffect(() => reading.seenIn(() => (log.current ? firstInView(log.current) : undefined)), [reading]);
  const found = useTarget(reading, virtual, lines);
  const older = useOlder(log, reading, timeline);
  const read = useMarkRead(log, id, lines, lacks);
  const onArrow = useArrowKeys(".message-more");
  const contextMenu = useContextMenu(messageMenuOf);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    // To the end of what was said, not of what is drawn so far.
    const isEnd = event.key === "End" && event.target === log.current;
    if (!isEnd) return onArrow(event);
    event.preventDefault();
    reading.goToLatest();
  };
  const toLatest = (): void => {
    focusLog();
    reading.goToLatest();
  };
  const last = timeline.items.findLast((item) => item.type === "message" && hasMenu(item));
  const online = useObservable(useParley().status).state === "online";
  const isBare = lines.length === 0 && !timeline.loading;

  const lineOf = (line: Line) => {
    switch (line.type) {
      case "day":
        return <DayLine time={line.time} />;
      case "unread":
        return <p className="unread-line">{say("talk.unread_line")}</p>;
      case "notice":
        return <p className="notice-line"><NoticeLine notice={line.notice} /></p>;
      default:
        return (
          <Message
            message={line.message} startsTurn={line.startsTurn} showsSender={view?.kind === "group"}
            isLast={line.message === last} isFound={line.id === found}
            quoted={line.message.reply_to === undefined ? undefined : bySeq.get(line.message.reply_to)}
          />
        );
    }
  };
  return (
    <div className="log-place">
      <div
        ref={log} className="log" role="log" aria-live="off" aria-label={say("talk.messages")}
        aria-busy={timeline.loading} tabIndex={0} onKeyDown={onKeyDown} {...contextMenu}
        onScroll={() => {
          older();
          read();
        }}
      >
        <MessageActionsContext value={actions}>
          <ol className="log-lines" style={{ height: lines.length > 0 ? virtual.getTotalSize() : 0 }}>
            {virtual.getVirtualItems().map(({ index, key, start }) => {
              const line = lines[index];
              return line && (
                <li
                  key={key} ref={virtual.measureElement} className="log-line" data-index={index}
                  data-line={line.id} data-seq={seqOf(line)} style={{ transform: `translateY(${start}px)` }}
                >
                  {lineOf(line)}
                </li>
              );
            })}
          </ol>
        </MessageActionsContext>
      </div>
      <Announce timeline={timeline} />
      {timeline.loading && <p className="log-loading" role="status">{say("app.loading")}</p>}
      {isBare && !timeline.has_older && <p className="hint log-empty">{say("talk.empty")}</p>}
      {isBare && timeline.has_older && !online && <p className="hint log-empty" role="status">{say("talk.absent")}</p>}
      {lines.length > 0 && (timeline.has_newer || !isAtEnd) && (
        <ToLatest unread={view?.unread ?? 0} onGo={toLatest} />
      )}
    </div>
  );
}

/** The same object while the conversation is open. */
function useTalkActions(reading: Reading, onIntent: (intent: Intent) => void, onSheet: (sheet: Sheet) => void) {
  const complain = useComplain();
  return useMemo(() => ({
    reply: (message: MessageView) => onIntent(intentTo("reply", message)),
    edit: (message: MessageView) => onIntent(intentTo("edit", message)),
    forward: (message: MessageView) => onSheet({ kind: "forward", message }),
    info: (message: MessageView) => onSheet({ kind: "info", message }),
    remove: (message: MessageView) => onSheet({ kind: "remove", message }),
    hide: (message: MessageView) => onSheet({ kind: "hide", message }),
    discard: (message: MessageView) => onSheet({ kind: "discard", message }),
    show: (seq: Seq) => void reading.goTo(seq).catch(complain),
  }), [reading, onIntent, onSheet, complain]);
}

/** For what a message answers, if it is among what is shown. */
function messagesBySeq({ items }: TimelineView): Map<Seq, MessageView> {
  const bySeq = new Map<Seq, MessageView>();
  for (const item of items) {
    if (item.type === "message" && item.seq !== undefined) bySeq.set(item.seq, item);
  }
  return bySeq;
}
