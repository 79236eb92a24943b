/** The middle pane: one conversation, or a person with whom there is none yet. */
import { useEffect, useMemo, useState } from "react";
import { Composer } from "../composer/Composer.tsx";
import type { Intent } from "../composer/intent.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useWatch } from "../people/usePresence.ts";
import type { Panel, Place } from "../route/route.ts";
import { placeId } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { Reading } from "../store/reading.ts";
import { useText } from "../words/useText.ts";
import { DateMenu } from "./DateMenu.tsx";
import { Header } from "./Header.tsx";
import { Log } from "./Log.tsx";
import { RequestLine } from "./RequestLine.tsx";
import "./conversation.css";

export function Conversation({ place, panel }: { place: Place; panel: Panel | undefined }) {
  const parley = useParley();
  const say = useText();
  const id = placeId(place, useMe());
  const view = useObservable(parley.conversation(id));
  const synced = useObservable(parley.synced);
  const reading = useReading(id);
  const [intent, setIntent] = useState<Intent | undefined>();
  const conversation = view?.conversation;
  useWatch(place.kind === "person" ? [place.user] : []);
  // Known by the person before it exists, it is opened once it does.
  useEffect(() => (conversation === undefined ? undefined : parley.open(id)), [parley, id, conversation]);

  const unknown = place.kind === "group" && !view;
  return (
    <main className="conversation">
      <Header place={place} panel={panel} view={view}>
        {view && <DateMenu reading={reading} />}
      </Header>
      {unknown
        ? <p className="hint conversation-unknown">{say(synced ? "talk.no_group" : "app.loading")}</p>
        : <Log id={id} view={view} reading={reading} onIntent={setIntent} />}
      {view?.request && <RequestLine view={view} />}
      {view?.left
        ? <p className="hint conversation-left">{say("talk.left")}</p>
        : view?.announce && view.role === "member"
          ? <p className="hint conversation-left">{say("talk.announce")}</p>
          : !unknown && (
            <Composer
              id={id} view={view} intent={intent} onIntent={setIntent} onSent={() => reading.goToLatest()}
            />
          )}
    </main>
  );
}

/** Where in the history one is; given up with the conversation. */
function useReading(id: string): Reading {
  const parley = useParley();
  const reading = useMemo(() => new Reading(parley, id), [parley, id]);
  useEffect(() => reading.begin(), [reading]);
  return reading;
}
