/** The right pane: who or what one talks to, and what one wants of the conversation. */
import type { ConversationView, Id } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { isMuted } from "../list/arrange.ts";
import { Avatar } from "../people/Avatar.tsx";
import { nameOf, titleOf, useName } from "../people/names.ts";
import { usePresence } from "../people/usePresence.ts";
import type { Place } from "../route/route.ts";
import { goBeside, placeId } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { Switch } from "../ui/Switch.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { Members } from "./Members.tsx";
import "./details.css";

export default function Details({ place }: { place: Place }) {
  const say = useText();
  const view = useObservable(useParley().conversation(placeId(place, useMe())));
  return (
    <aside className="details" aria-label={say("details.label")}>
      <header className="details-head">
        <button
          type="button" className="icon-button" aria-label={say("app.close")}
          onClick={() => goBeside(place, undefined)}
        >
          <Icon name="close" />
        </button>
        <h2>{say("details.label")}</h2>
      </header>
      <div className="details-body">
        {place.kind === "person" ? <PersonCard user={place.user} /> : view && <Card view={view} />}
        {view && <Wants view={view} />}
        {view?.kind === "group" && <Members conversation={view.conversation} />}
      </div>
    </aside>
  );
}

function PersonCard({ user }: { user: Id }) {
  const say = useText();
  const person = useObservable(useParley().person(user));
  const online = usePresence(user)?.online ?? false;
  const name = useName(user);
  return (
    <>
      <div className="details-who">
        <Avatar id={user} name={name} online={online} />
        <h3><bdi>{nameOf(person, say)}</bdi></h3>
        {person?.username !== undefined && <p dir="ltr">@{person.username}</p>}
      </div>
    </>
  );
}

function Card({ view }: { view: ConversationView }) {
  const say = useText();
  const title = titleOf(view, say);
  return (
    <>
      <div className="details-who">
        <Avatar id={view.conversation} name={title} icon={view.kind === "group" ? "group" : "notes"} />
        <h3><bdi>{title}</bdi></h3>
        {view.kind === "self" && <p>{say("talk.notes_hint")}</p>}
      </div>
      {view.description !== undefined && (
        <section className="details-part">
          <h4>{say("details.description")}</h4>
          <p dir="auto">{view.description}</p>
        </section>
      )}
    </>
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
