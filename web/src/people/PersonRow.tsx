import type { Person } from "parley-client";
import { Avatar } from "./Avatar.tsx";

/** A person in a list of people to choose from. */
export function PersonRow({ person, onChoose }: { person: Person; onChoose: () => void }) {
  return (
    <li>
      <button type="button" className="row" onClick={onChoose}>
        <Avatar id={person.user} name={person.display_name} />
        <span className="row-main">
          <span className="row-title"><bdi>{person.display_name}</bdi></span>
          <span className="row-sub">@{person.username}</span>
        </span>
      </button>
    </li>
  );
}
