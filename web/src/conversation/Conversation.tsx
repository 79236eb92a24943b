/** The middle pane: one conversation, or a person with whom there is none yet. */
import type { Id, MessageView } from "parley-client";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Composer } from "../composer/Composer.tsx";
import type { Intent } from "../composer/intent.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { focusLog } from "../message/focusLog.ts";
import { useWatch } from "../people/usePresence.ts";
import type { Panel, Place } from "../route/route.ts";
import { placeId } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { Reading } from "../store/reading.ts";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { BlockedLine } from "./BlockedLine.tsx";
import { DateMenu } from "./DateMenu.tsx";
import { Header } from "./Header.tsx";
import { Log } from "./Log.tsx";
import { PinnedLine } from "./PinnedLine.tsx";
import { RequestLine } from "./RequestLine.tsx";
import type { Sheet } from "./Sheets.tsx";
import { Sheets } from "./Sheets.tsx";
import "./conversation.css";

export function Conversation({ place, panel }: { place: Place; panel: Panel | undefined }) {
  const parley = useParley();
  const say = useText();
  const complain = useComplain();
  const id = placeId(place, useMe());
  const view = useObservable(parley.conversation(id));
  const synced = useObservable(parley.synced);
  const reading = useReading(id);
  const [intent, setIntent] = useState<Intent | undefined>();
  const [sheet, setSheet] = useState<Sheet | undefined>();
  const main = useRef<HTMLElement>(null);
  const conversation = view?.conversation;
  const isBlocked = useObservable(parley.blocked).includes(id);
  useBegunReply(conversation, setIntent);
  useWatch(place.kind === "person" ? [place.user] : []);
  // What led here may be out of sight by now, and the box may not want it, or not be there.
  useEffect(() => {
    if (!main.current?.contains(document.activeElement)) focusLog();
  }, []);
  // Known by the person before it exists, it is opened once it does.
  useEffect(() => (conversation === undefined ? undefined : parley.open(id)), [parley, id, conversation]);

  const unknown = place.kind === "group" && !view;
  return (
    <main ref={main} className="conversation">
      <Header place={place} panel={panel} view={view}>
        {view && <DateMenu reading={reading} />}
      </Header>
      {view && !view.left && (
        <PinnedLine conversation={view.conversation} onShow={(seq) => void reading.goTo(seq).catch(complain)} />
      )}
      {unknown
        ? <p className="hint conversation-unknown">{say(synced ? "talk.no_group" : "app.loading")}</p>
        : <Log id={id} view={view} reading={reading} onIntent={setIntent} onSheet={setSheet} />}
      {view?.request && <RequestLine view={view} />}
      {view?.left
        ? <p className="hint conversation-left">{say("talk.left")}</p>
        : place.kind === "person" && isBlocked ? <BlockedLine user={place.user} />
        : view?.announce && view.role === "member"
          ? <p className="hint conversation-left">{say("talk.announce")}</p>
          : !unknown && (
            <Composer
              id={id} view={view} intent={intent} onIntent={setIntent} lastOwn={() => lastOwnOf(reading)}
              onSent={() => reading.goToLatest()}
            />
          )}
      {sheet && <Sheets conversation={conversation ?? id} sheet={sheet} onDone={() => setSheet(undefined)} />}
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

/** The newest message of one's own that may have another text; a copy of another's may not. None while that is on its
 * way: the one before it is not what one means. */
function lastOwnOf(reading: Reading): MessageView | undefined {
  const last = reading.timeline.getSnapshot().items.findLast((item): item is MessageView =>
    item.type === "message" && item.own && item.status !== "failed" && !item.deleted && !item.forwarded && item.kind === "text");
  return last?.seq === undefined ? undefined : last;
}

/** What was begun as an answer, here or elsewhere, goes on as one, wherever in the history that stands which it answers;
 * and as none, once the answer is given up elsewhere. */
function useBegunReply(
  conversation: Id | undefined, onIntent: (change: (intent: Intent | undefined) => Intent | undefined) => void,
): void {
  const draft = useParley().personal.draft(conversation ?? "");
  const seq = useSyncExternalStore(draft.subscribe, () => draft.getSnapshot()?.reply_to);
  useEffect(() => {
    onIntent((intent) => {
      // Without a text it is told to nobody.
      if (intent?.kind === "edit" || intent?.seq === seq || !draft.getSnapshot()) return intent;
      return seq === undefined ? undefined : { kind: "reply", seq };
    });
  }, [draft, seq, onIntent]);
}
