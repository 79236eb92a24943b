/**
 * Where one had read to when one came, or came back, if anything was unread then: behind it stands the
 * line of what is unread, and there one begins. It stays while one looks.
 */
import { useState } from "react";
import type { ConversationView, Seq } from "parley-client";
import { useLooking } from "../hooks/useLooking.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";

interface ReadTo {
  seq: Seq | undefined;
  isHere: boolean;
}

export function useReadTo(view: ConversationView | undefined): Seq | undefined {
  const [readTo, setReadTo] = useState<ReadTo | undefined>();
  const synced = useObservable(useParley().synced);
  // What comes in with a connection that was lost came while one was away, too.
  const isHere = useLooking() && synced;
  if (view && readTo?.isHere !== isHere) {
    const comes = isHere || !readTo;
    setReadTo({ isHere, seq: comes && view.unread > 0 ? view.read : readTo?.seq });
  }
  return readTo?.seq;
}
