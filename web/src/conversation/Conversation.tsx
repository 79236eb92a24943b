/** The right pane: one conversation, or a person with whom there is none yet. */
import { useCallback, useEffect, useState } from "react";
import type { MessageView } from "parley-client";
import { Composer } from "../composer/Composer.tsx";
import type { Intent } from "../composer/intent.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useWatch } from "../people/usePresence.ts";
import type { Place } from "../route/place.ts";
import { placeId } from "../route/place.ts";
import { useMe, useParley } from "../session/context.ts";
import { Header } from "./Header.tsx";
import { Log } from "./Log.tsx";
import { RequestLine } from "./RequestLine.tsx";
import "./conversation.css";

export function Conversation({ place }: { place: Place }) {
  const parley = useParley();
  const id = placeId(place, useMe());
  const view = useObservable(parley.conversation(id));
  const synced = useObservable(parley.synced);
  const [intent, setIntent] = useState<Intent | undefined>();
  const conversation = view?.conversation;
  useWatch(place.kind === "person" ? [place.user] : []);
  // Known by the person before it exists, it is opened once it does.
  useEffect(() => (conversation === undefined ? undefined : parley.open(id)), [parley, id, conversation]);

  const reply = useCallback((message: MessageView) => setIntent({ kind: "reply", message }), []);
  const edit = useCallback((message: MessageView) => setIntent({ kind: "edit", message }), []);
  const unknown = place.kind === "group" && !view;
  return (
    <main className="conversation">
      <Header place={place} view={view} />
      {unknown
        ? <p className="hint conversation-unknown">{synced ? "This group is not there." : "Loading…"}</p>
        : <Log id={id} view={view} onReply={reply} onEdit={edit} />}
      {view?.request && <RequestLine view={view} />}
      {view?.left
        ? <p className="hint conversation-left">You are no longer in this group.</p>
        : !unknown && (
          <Composer id={id} view={view} intent={intent} onIntent={setIntent} />
        )}
    </main>
  );
}
