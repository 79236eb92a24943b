/** Whom or what one is looking at. */
import type { ConversationView, Id } from "parley-client";
import { Avatar } from "../people/Avatar.tsx";
import { NOTES_NAME, useName } from "../people/names.ts";
import { usePresence } from "../people/usePresence.ts";
import type { Place } from "../route/place.ts";
import { goNowhere } from "../route/place.ts";
import { useMe } from "../session/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { GroupLine } from "./GroupLine.tsx";
import { PresenceLine } from "./PresenceLine.tsx";

export function Header({ place, view }: { place: Place; view: ConversationView | undefined }) {
  return (
    <header className="conversation-head">
      <button type="button" className="icon-button back" aria-label="Back to the list" onClick={goNowhere}>
        <Icon name="back" />
      </button>
      {place.kind === "person" && <PersonHead user={place.user} view={view} />}
      {place.kind === "group" && view && <GroupHead view={view} />}
      {place.kind === "notes" && <NotesHead />}
    </header>
  );
}

function PersonHead({ user, view }: { user: Id; view: ConversationView | undefined }) {
  const name = useName(user);
  const online = usePresence(user)?.online ?? false;
  return (
    <>
      <Avatar id={user} name={name} online={online} />
      <div className="conversation-who">
        <h2><bdi>{name}</bdi></h2>
        <PresenceLine user={user} conversation={view?.conversation ?? ""} />
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
        <GroupLine conversation={view.conversation} />
      </div>
    </>
  );
}

function NotesHead() {
  return (
    <>
      <Avatar id={useMe()} name={NOTES_NAME} icon="notes" />
      <div className="conversation-who">
        <h2>{NOTES_NAME}</h2>
        <p>Only you see these.</p>
      </div>
    </>
  );
}
