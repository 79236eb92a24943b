import type { Person } from "parley-client";
import { useText } from "../words/useText.ts";
import { Avatar } from "./Avatar.tsx";
import { nameOf } from "./names.ts";

/** A person in a list of people to choose from. */
export function PersonRow({ person, onChoose }: { person: Person; onChoose: () => void }) {
  const name = nameOf(person, useText());
  return (
    <li>
      <button type="button" className="row" onClick={onChoose}>
        <Avatar id={person.user} name={name} />
        <span className="row-main">
          <bdi className="row-title">{name}</bdi>
          <span className="row-sub" dir="ltr">@{person.username}</span>
        </span>
      </button>
    </li>
  );
}
