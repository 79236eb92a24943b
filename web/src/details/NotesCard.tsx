import { Avatar } from "../people/Avatar.tsx";
import { useMe } from "../store/context.ts";
import { useText } from "../words/useText.ts";

export function NotesCard() {
  const say = useText();
  return (
    <div className="details-who">
      <Avatar id={useMe()} name={say("list.notes")} icon="notes" />
      <h3>{say("list.notes")}</h3>
      <p>{say("talk.notes_hint")}</p>
    </div>
  );
}
