import { useEffect, useState } from "react";
import type { Id, MessageView } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Intent } from "./intent.ts";

/** The message that is answered or changed, which may stand far from what is shown, or still be on its way. */
export function useAnswered(conversation: Id, { seq, message }: Intent): MessageView | undefined {
  const parley = useParley();
  const [found, setFound] = useState<MessageView | undefined>();
  const isKnown = message !== undefined;
  const online = useObservable(parley.status).state === "online";
  useEffect(() => {
    if (isKnown || seq === undefined) return undefined;
    const past = parley.past.open(conversation);
    if (!past) return undefined;
    const end = parley.timeline(conversation);
    const look = (): boolean => {
      const items = [...end.getSnapshot().items, ...past.timeline.getSnapshot().items];
      const one = items.find((item) => item.seq === seq);
      setFound(one?.type === "message" ? one : undefined);
      return one !== undefined;
    };
    const deaf = end.subscribe(look);
    // Without a connection it is asked for with the next one.
    if (!look()) past.around(seq).then(look, () => {});
    return () => {
      deaf();
      parley.past.end(past);
    };
  }, [parley, conversation, seq, isKnown, online]);
  return message ?? found;
}
