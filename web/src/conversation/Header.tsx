/** Whom or what one is looking at, and what may be done with it. */
import type { ConversationView, Id } from "parley-client";
import type { ReactNode, RefObject } from "react";
import { useEffect, useRef } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { useName } from "../people/names.ts";
import { usePresence } from "../people/usePresence.ts";
import type { Panel, Place } from "../route/route.ts";
import { goBeside, goNowhere } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";
import { GroupLine } from "./GroupLine.tsx";
import { PresenceLine } from "./PresenceLine.tsx";

export interface HeaderProps {
  place: Place;
  panel: Panel | undefined;
  view: ConversationView | undefined;
  /** More that may be done: icon buttons. */
  children?: ReactNode;
}

export function Header({ place, panel, view, children }: HeaderProps) {
  const say = useText();
  const details = useReturn(panel !== undefined);
  return (
    <header className="conversation-head">
      <button type="button" className="icon-button back" aria-label={say("app.back")} onClick={goNowhere}>
        <Icon name="back" />
      </button>
      {place.kind === "person" && <PersonHead user={place.user} view={view} />}
      {place.kind === "group" && view && <GroupHead view={view} />}
      {place.kind === "notes" && <NotesHead />}
      <span className="conversation-tools">
        {children}
        <button
          ref={details} type="button" className="icon-button" aria-label={say("talk.details")} title={say("talk.details")}
          aria-expanded={panel === "details"}
          onClick={() => goBeside(place, panel === "details" ? undefined : "details")}
        >
          <Icon name="info" />
        </button>
      </span>
    </header>
  );
}

/** To what opened something, as that is closed and takes the focus along. */
function useReturn(isOpen: boolean): RefObject<HTMLButtonElement | null> {
  const opener = useRef<HTMLButtonElement>(null);
  const was = useRef(isOpen);
  useEffect(() => {
    if (was.current && !isOpen && document.activeElement === document.body) opener.current?.focus();
    was.current = isOpen;
  }, [isOpen]);
  return opener;
}

function PersonHead({ user, view }: { user: Id; view: ConversationView | undefined }) {
  const name = useName(user);
  const username = useObservable(useParley().person(user))?.username;
  const online = usePresence(user)?.online ?? false;
  return (
    <>
      <Avatar id={user} name={name} online={online} />
      <div className="conversation-who">
        <h2><bdi>{name}</bdi></h2>
        <div role="status">
          <PresenceLine user={user} conversation={view?.conversation ?? ""} instead={username && <p dir="ltr">@{username}</p>} />
        </div>
      </div>
    </>
  );
}

function GroupHead({ view }: { view: ConversationView }) {
  const title = view.title ?? "";
  return (
    <>
      <Avatar id={view.conversation} name={title} icon="group" />
      <div className="conversation-who">
        <h2><bdi>{title}</bdi></h2>
        {!view.left && <GroupLine conversation={view.conversation} />}
      </div>
    </>
  );
}

function NotesHead() {
  const say = useText();
  const title = say("list.notes");
  return (
    <>
      <Avatar id={useMe()} name={title} icon="notes" />
      <div className="conversation-who">
        <h2>{title}</h2>
        <p>{say("talk.notes_hint")}</p>
      </div>
    </>
  );
}
