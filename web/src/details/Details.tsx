/** The right pane: who or what one talks to, and what one wants of the conversation. */
import type { ConversationView } from "parley-client";
import { useKeptFocus } from "../hooks/useKeptFocus.ts";
import { useNarrow } from "../hooks/useNarrow.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { isMuted } from "../list/arrange.ts";
import type { Place } from "../route/route.ts";
import { goBeside, placeId } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { Switch } from "../ui/Switch.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { GroupCard } from "./GroupCard.tsx";
import { Invites } from "./Invites.tsx";
import { Leave } from "./Leave.tsx";
import { Members } from "./Members.tsx";
import { NotesCard } from "./NotesCard.tsx";
import { PersonCard } from "./PersonCard.tsx";
import "./details.css";

export default function Details({ place }: { place: Place }) {
  const say = useText();
  const view = useObservable(useParley().conversation(placeId(place, useMe())));
  // A narrow window shows nothing beside it.
  const isAlone = useNarrow();
  const body = useKeptFocus<HTMLDivElement>();
  const rules = view?.role === "admin" || view?.role === "owner";
  return (
    <div className="details" role={isAlone ? "main" : "complementary"} aria-label={say("details.label")}>
      <div className="details-head">
        <button
          type="button" className="icon-button" aria-label={say("app.close")}
          onClick={() => goBeside(place, undefined)}
        >
          <Icon name="close" />
        </button>
        <h2>{say("details.label")}</h2>
      </div>
      <div ref={body} className="details-body" tabIndex={-1}>
        {place.kind === "person" && <PersonCard user={place.user} />}
        {place.kind === "group" && view && <GroupCard view={view} />}
        {place.kind === "notes" && <NotesCard />}
        {view && <Wants view={view} />}
        {view?.kind === "group" && !view.left && (
          <>
            <Members view={view} />
            {rules && <Invites view={view} />}
            <Leave view={view} />
          </>
        )}
      </div>
    </div>
  );
}

/** What nobody else sees. */
function Wants({ view }: { view: ConversationView }) {
  const { personal } = useParley();
  const complain = useComplain();
  const say = useText();
  const { conversation, archived } = view;
  const muted = isMuted(view, Date.now());
  const pinned = view.pinned !== undefined;
  const want = (act: Promise<unknown>): void => void act.catch(complain);
  return (
    <section className="details-part">
      <Switch
        text={say("details.muted")} on={muted}
        onTurn={() => want(muted ? personal.unmute(conversation) : personal.mute(conversation))}
      />
      <Switch text={say("details.pinned")} on={pinned} onTurn={() => want(personal.pin(conversation, !pinned))} />
      <Switch text={say("details.archived")} on={archived} onTurn={() => want(personal.archive(conversation, !archived))} />
    </section>
  );
}
