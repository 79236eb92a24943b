/** What was said, oldest first. */
import type { ConversationView, Id, MessageView, Seq } from "parley-client";
import { useMemo, useRef, useState } from "react";
import { BeforeUpdate } from "../hooks/BeforeUpdate.ts";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { Message } from "../message/Message.tsx";
import { MessageActionsContext, useMessageActions } from "../message/actions.ts";
import { useParley } from "../session/context.ts";
import { DayLine } from "./DayLine.tsx";
import type { Line } from "./lines.ts";
import { linesOf } from "./lines.ts";
import { NoticeLine } from "./NoticeLine.tsx";
import { useLogScroll } from "./useLogScroll.ts";
import { useOlder } from "./useOlder.ts";
import { useReach } from "./useReach.ts";
import { useReading } from "./useReading.ts";

const NO_LINES: readonly Line[] = [];

export interface LogProps {
  id: Id;
  view: ConversationView | undefined;
  onReply: (message: MessageView) => void;
  onEdit: (message: MessageView) => void;
}

export function Log({ id, view, onReply, onEdit }: LogProps) {
  const log = useRef<HTMLDivElement>(null);
  const timeline = useObservable(useParley().timeline(id));
  const readTo = useReadTo(view);
  const reaching = useReach(id, timeline, readTo);
  const lines = useMemo(
    () => (reaching ? NO_LINES : linesOf(timeline, readTo)), [reaching, timeline, readTo],
  );
  const actions = useMessageActions(view?.conversation, onReply, onEdit);
  const older = useOlder(log, id, timeline);
  const read = useReading(log, id, lines);
  const remember = useLogScroll(log, lines);
  const onKeyDown = useArrowKeys(".message-more");
  const isGroup = view?.kind === "group";
  const last = timeline.items.findLast((item) => item.type === "message");

  return (
    <div
      ref={log} className="log" role="log" aria-live="polite" aria-label="Messages"
      aria-busy={timeline.loading} tabIndex={0} onKeyDown={onKeyDown}
      onScroll={() => {
        remember();
        older();
        read();
      }}
    >
      <BeforeUpdate run={remember} />
      <MessageActionsContext value={actions}>
        <ol className="log-lines">
          {timeline.has_older && <li className="log-more">{timeline.loading ? "Loading…" : ""}</li>}
          {timeline.full && <li className="log-more">What was said before is too much to show at once.</li>}
          {lines.map((line) => {
            switch (line.type) {
              case "day":
                return <DayLine key={line.id} time={line.time} />;
              case "unread":
                return <li key={line.id} data-line={line.id} className="unread-line">New messages</li>;
              case "notice":
                return <NoticeLine key={line.id} notice={line.notice} />;
              default:
                return (
                  <Message
                    key={line.id} message={line.message} startsTurn={line.startsTurn}
                    showsSender={isGroup} isLast={line.message === last}
                    quoted={quotedBy(line.message, timeline.items)}
                  />
                );
            }
          })}
        </ol>
      </MessageActionsContext>
      {lines.length === 0 && !timeline.loading && !timeline.has_older && (
        <p className="hint log-empty">Nothing said yet. Write the first message.</p>
      )}
    </div>
  );
}

/** Where one had read to when one came, if anything was unread; it stays while one looks. */
function useReadTo(view: ConversationView | undefined): Seq | undefined {
  const [readTo, setReadTo] = useState<Seq | null | undefined>();
  if (readTo === undefined && view) setReadTo(view.unread > 0 ? view.read : null);
  return readTo ?? undefined;
}

/** The message that this one answers, if it is loaded. */
function quotedBy(
  message: MessageView,
  items: readonly { type: string; seq?: Seq }[],
): MessageView | undefined {
  if (message.reply_to === undefined) return undefined;
  const found = items.find((item) => item.type === "message" && item.seq === message.reply_to);
  return found as MessageView | undefined;
}
