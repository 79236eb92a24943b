import { useEffect, useState } from "react";
import type { Id, MessageView } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import type { Intent } from "./intent.ts";

/** The message that is answered or changed, which may stand far from what is shown, or still be on its way; null:
 * it was looked for, and is there no more. */
export function useAnswered(conversation: Id, { seq, message }: Intent): MessageView | null | undefined {
  const parley = useParley();
  const [found, setFound] = useState<MessageView | null | undefined>();
  const isKnown = message !== undefined;
  const online = useObservable(parley.status).state === "online";
  useEffect(() => {
    if (isKnown || seq === undefined) return undefined;
    const past = parley.past.open(conversation);
    if (!past) return undefined;
    const end = parley.timeline(conversation);
    /** It is about another one by now. */
    let over = false;
    let none: null | undefined;
    const look = (): boolean => {
      const items = [...end.getSnapshot().items, ...past.timeline.getSnapshot().items];
      const one = items.find((item) => item.seq === seq);
      if (!over) setFound(one?.type === "message" ? one : none);
      return one !== undefined;
    };
    const lookAgain = (): void => {
      none = null;
      look();
    };
    const deaf = end.subscribe(look);
    // Without a connection it is asked for with the next one.
    if (!look()) past.around(seq).then(lookAgain, () => {});
    return () => {
      over = true;
      deaf();
      parley.past.end(past);
    };
  }, [parley, conversation, seq, isKnown, online]);
  return message ?? found;
}
