import type { Id } from "parley-client";
import { useNow } from "../hooks/useNow.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { usePresence } from "../people/usePresence.ts";
import { useParley } from "../session/context.ts";
import { lastSeen } from "../words/time.ts";

const REFRESH_MS = 30_000;

/** What somebody does, or when they last did. */
export function PresenceLine({ user, conversation }: { user: Id; conversation: Id }) {
  const typing = useObservable(useParley().typing(conversation));
  const presence = usePresence(user);
  const now = useNow(REFRESH_MS);
  if (typing.includes(user)) return <p className="typing" role="status">typing…</p>;
  if (presence?.online) return <p role="status">online</p>;
  return <p role="status">{presence?.last_seen ? lastSeen(presence.last_seen, now) : " "}</p>;
}
