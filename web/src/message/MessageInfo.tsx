/** Where a message is by now: who has it, who read it, and since when. */
import type { MessageReader } from "parley-client";
import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { SheetProps } from "../conversation/Sheets.tsx";
import { useLoaded } from "../hooks/useLoaded.ts";
import { Avatar } from "../people/Avatar.tsx";
import { useName } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { wordsFor } from "../words/errors.ts";
import { wholeMoment } from "../words/time.ts";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";

export default function MessageInfo({ conversation, message, onDone }: SheetProps) {
  const parley = useParley();
  const intl = useIntl();
  const say = useText();
  const seq = message.seq ?? 0;
  const [{ value, error }] = useLoaded(useCallback(() => parley.info(conversation, seq), [parley, conversation, seq]));
  const readers = value?.readers ?? [];
  const parts: [TextId, MessageReader[]][] = [
    ["info.read", readers.filter(({ read }) => read)],
    ["info.delivered", readers.filter(({ read, delivered }) => delivered && !read)],
    ["info.waiting", readers.filter(({ read, delivered }) => !delivered && !read)],
  ];
  return (
    <Dialog title={say("info.label")} onClose={onDone}>
      <p className="info-sent">{say("info.sent", { time: wholeMoment(intl, message.time) })}</p>
      {!value && <p className="hint" role="status">{error === undefined ? say("app.loading") : wordsFor(error, say)}</p>}
      {parts.map(([id, some]) => some.length > 0 && (
        <section key={id} aria-label={say(id)}>
          <h3 className="info-head">{say(id)}</h3>
          <ul>{some.map((reader) => <Reader key={reader.user} reader={reader} />)}</ul>
        </section>
      ))}
    </Dialog>
  );
}

function Reader({ reader: { user, read, read_time, delivered_time } }: { reader: MessageReader }) {
  const intl = useIntl();
  const name = useName(user);
  const time = read ? read_time : delivered_time;
  return (
    <li className="info-line">
      <Avatar id={user} name={name} />
      <bdi>{name}</bdi>
      {time !== undefined && <time dateTime={new Date(time).toISOString()}>{wholeMoment(intl, time)}</time>}
    </li>
  );
}
