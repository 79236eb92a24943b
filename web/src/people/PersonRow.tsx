import type { Person } from "parley-client";
import { Avatar } from "./Avatar.tsx";
import { nameOf } from "./names.ts";

/** A person in a list of people to choose from. */
export function PersonRow({ person, onChoose }: { person: Person; onChoose: () => void }) {
  return (
    <li>
      <button type="button" className="row" onClick={onChoose}>
        <Avatar id={person.user} name={nameOf(person)} />
        <span className="row-main">
          <span className="row-title"><bdi>{nameOf(person)}</bdi></span>
          <span className="row-sub">@{person.username}</span>
        </span>
      </button>
    </li>
  );
}
