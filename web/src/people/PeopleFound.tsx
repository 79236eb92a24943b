import type { Person } from "parley-client";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";
import { PersonRow } from "./PersonRow.tsx";
import { useSearch } from "./useSearch.ts";

export interface PeopleFoundProps {
  typed: string;
  without: (person: Person) => boolean;
  onChoose: (person: Person) => void;
}

/** Whose names begin as typed. */
export function PeopleFound({ typed, without, onChoose }: PeopleFoundProps) {
  const say = useText();
  const { people, error } = useSearch(typed);
  if (error !== undefined) return <p className="hint" role="status">{wordsFor(error, say)}</p>;
  if (!people) return null;
  const shown = people.filter((person) => !without(person));
  if (shown.length === 0) return <p className="hint" role="status">{say("list.nobody")}</p>;
  return (
    <ul className="rows" aria-label={say("list.people")}>
      {shown.map((person) => (
        <PersonRow key={person.user} person={person} onChoose={() => onChoose(person)} />
      ))}
    </ul>
  );
}
