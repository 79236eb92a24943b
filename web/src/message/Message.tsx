/** One message: who said it (in a group), what it answers, what it says, how far it got. */
import type { MessageView } from "parley-client";
import { memo, useEffect, useRef } from "react";
import { useIntl } from "react-intl";
import { Avatar, hueOf } from "../people/Avatar.tsx";
import { useName } from "../people/names.ts";
import { Icon } from "../ui/Icon.tsx";
import { clockTime, wholeMoment } from "../words/time.ts";
import { useText } from "../words/useText.ts";
import { Failed } from "./Failed.tsx";
import { focusMenuOf } from "./focusLog.ts";
import { MessageMenu } from "./MessageMenu.tsx";
import { hasMenu } from "./may.ts";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { Text } from "./Text.tsx";
import { Ticks } from "./Ticks.tsx";
import "./message.css";

export interface MessageProps {
  message: MessageView;
  startsTurn: boolean;
  /** In a group. */
  showsSender: boolean;
  isLast: boolean;
  /** One has just jumped to it. */
  isFound: boolean;
  /** What it answers, if that is loaded. */
  quoted: MessageView | undefined;
}

export const Message = memo(function Message(props: MessageProps) {
  const { message, startsTurn, showsSender, isLast, isFound, quoted } = props;
  const say = useText();
  const name = useName(message.sender);
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isFound && line.current) focusMenuOf(line.current);
  }, [isFound]);
  const classes = ["message", message.own ? "own" : "other"];
  if (startsTurn) classes.push("starts-turn");
  if (message.status === "failed") classes.push("is-failed");
  if (isFound) classes.push("is-found");
  const named = showsSender && !message.own;
  return (
    <div ref={line} className={classes.join(" ")}>
      {named && <span className="message-face">{startsTurn && <Avatar id={message.sender} name={name} />}</span>}
      <div className="message-body">
        <div className="bubble-line">
          <div className="bubble">
            {named && startsTurn
              ? <p className={`message-sender ink-${hueOf(message.sender)}`}><bdi>{name}</bdi></p>
              : <span className="unseen">{say("message.by", { name: message.own ? say("person.you") : name })}</span>}
            {message.forwarded && <p className="message-forwarded"><Icon name="forward" />{say("message.forwarded")}</p>}
            {message.reply_to !== undefined && !message.deleted && <Quote seq={message.reply_to} message={quoted} />}
            <div className="bubble-said">
              {message.deleted
                ? <p className="message-text message-deleted">{say("message.deleted")}</p>
                : <Text text={message.text ?? ""} mentions={message.mentions} />}
              <Foot message={message} />
            </div>
          </div>
          {hasMenu(message) && <MessageMenu message={message} isLast={isLast} />}
        </div>
        {message.reactions.length > 0 && <Reactions message={message} />}
        {message.status === "failed" && <Failed message={message} />}
      </div>
    </div>
  );
}, isSame);

/** When, and how far it got. */
function Foot({ message }: { message: MessageView }) {
  const intl = useIntl();
  const { time, edited, own, status, deleted, error } = message;
  return (
    <span className="message-foot">
      {edited && <span>{intl.formatMessage({ id: "message.edited" })}</span>}
      <time dateTime={new Date(time).toISOString()} title={wholeMoment(intl, time)}>{clockTime(intl, time)}</time>
      {own && status && !deleted && <Ticks status={status} code={error?.code} />}
    </span>
  );
}

/** A timeline makes its messages anew with every change; most of them say the same as before. */
function isSame(a: MessageProps, b: MessageProps): boolean {
  return a.startsTurn === b.startsTurn && a.showsSender === b.showsSender && a.isLast === b.isLast && a.isFound === b.isFound &&
    isSameView(a.message, b.message) && isSameQuote(a.quoted, b.quoted);
}

function isSameQuote(a: MessageView | undefined, b: MessageView | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.id === b.id && a.text === b.text);
}

function isSameView(a: MessageView, b: MessageView): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof MessageView>;
  keys.delete("reactions");
  keys.delete("mentions");
  for (const key of keys) if (a[key] !== b[key]) return false;
  return isSameList(a.reactions, b.reactions) && isSameList(a.mentions, b.mentions);
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
