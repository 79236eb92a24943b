import type { ConversationView } from "parley-client";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";
import { useNow } from "../hooks/useNow.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useWatch } from "../people/usePresence.ts";
import type { Place } from "../route/place.ts";
import { hrefOf, placeOf } from "../route/place.ts";
import { useParley } from "../session/context.ts";
import { ConversationRow } from "./ConversationRow.tsx";

/** Of the list; the server takes 200 a connection, and the open conversation needs its own. */
const WATCHED_MAX = 100;
const MINUTE_MS = 60_000;

export function ConversationList({ place }: { place: Place | undefined }) {
  const parley = useParley();
  const conversations = useObservable(parley.conversations);
  const requests = useObservable(parley.requests);
  const synced = useObservable(parley.synced);
  const peers = conversations.flatMap((view) => view.peer ?? []).slice(0, WATCHED_MAX);
  useWatch(peers);
  const onKeyDown = useArrowKeys("a");

  if (conversations.length + requests.length === 0) {
    return (
      <p className="hint">
        {synced ? "No conversations yet. Find someone by their name and say hello." : "Loading…"}
      </p>
    );
  }
  return (
    <nav className="list-scroll" aria-label="Conversation list" onKeyDown={onKeyDown}>
      {requests.length > 0 && (
        <section aria-labelledby="requests">
          <h2 id="requests" className="rows-head">Message requests</h2>
          <Rows views={requests} place={place} />
        </section>
      )}
      <Rows views={conversations} place={place} />
    </nav>
  );
}

function Rows({ views, place }: { views: readonly ConversationView[]; place: Place | undefined }) {
  const now = useNow(MINUTE_MS);
  const open = place && hrefOf(place);
  return (
    <ul className="rows">
      {views.map((view) => {
        const its = placeOf(view);
        const isOpen = hrefOf(its) === open;
        return (
          <ConversationRow key={view.conversation} view={view} place={its} isOpen={isOpen} now={now} />
        );
      })}
    </ul>
  );
}
