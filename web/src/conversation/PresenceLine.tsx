import type { Id } from "parley-client";
import type { ReactNode } from "react";
import { useIntl } from "react-intl";
import { useNow } from "../hooks/useNow.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { usePresence } from "../people/usePresence.ts";
import { useParley } from "../store/context.ts";
import { lastSeen } from "../words/time.ts";
import { useText } from "../words/useText.ts";
import { NoLine } from "./NoLine.tsx";

const REFRESH_MS = 30_000;

export interface PresenceLineProps {
  user: Id;
  conversation: Id;
  /** Of somebody who does not show it. */
  instead?: ReactNode;
}

/** What somebody does, or when they last did. */
export function PresenceLine({ user, conversation, instead }: PresenceLineProps) {
  const intl = useIntl();
  const say = useText();
  const typing = useObservable(useParley().typing(conversation));
  const presence = usePresence(user);
  const now = useNow(REFRESH_MS);
  if (typing.includes(user)) return <p className="typing">{say("talk.typing")}</p>;
  if (presence?.online) return <p>{say("person.online")}</p>;
  if (presence?.last_seen) return <p>{lastSeen(intl, presence.last_seen, now)}</p>;
  return presence ? instead : <NoLine />;
}
