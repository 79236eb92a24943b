/** Something that happened and is no message: who came, who went, another title. */
import type { Id, NoticeView } from "parley-client";
import type { ReactNode } from "react";
import { FormattedMessage } from "react-intl";
import { Name } from "../people/Name.tsx";
import { useMe } from "../store/context.ts";
import type { TextId } from "../words/languages.ts";

export function NoticeLine({ notice: { event } }: { notice: NoticeView }) {
  const id = textOf(event);
  const me = useMe();
  if (!id) return null;
  /** A verb goes with the person. */
  const personOf = (user: Id): string => (user === me ? "you" : "other");
  const values: Record<string, ReactNode> = { by: <Name user={event.sender} />, who: personOf(event.sender) };
  if ("user" in event) Object.assign(values, { user: <Name user={event.user} />, whom: personOf(event.user) });
  if ("title" in event) values["title"] = <bdi>{event.title}</bdi>;
  if ("days" in event) values["days"] = event.days;
  return <FormattedMessage id={id} values={values} />;
}

/** Undefined: what a later server may tell of. */
function textOf(event: NoticeView["event"]): TextId | undefined {
  switch (event.type) {
    case "created":
    case "title":
    case "added":
    case "removed":
    case "left":
    case "joined":
    case "invite":
    case "uninvite":
    case "description":
    case "picture":
    case "pin":
    case "unpin":
    case "accept":
    case "contact_request":
    case "contact_accept":
    case "contact_decline":
    case "contact_remove":
      return `notice.${event.type}`;
    case "role":
      return `notice.role_${event.role}`;
    case "announce":
      return event.on ? "notice.announce_on" : "notice.announce_off";
    case "timer":
      return event.seconds ? "notice.timer_on" : "notice.timer_off";
    case "retention":
      return event.days ? "notice.retention_on" : "notice.retention_off";
    default:
      return undefined;
  }
}
