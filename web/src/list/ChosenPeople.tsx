import type { Person } from "parley-client";
import { nameOf } from "../people/names.ts";
import { Icon } from "../ui/Icon.tsx";

export interface ChosenPeopleProps {
  people: readonly Person[];
  onRemove: (person: Person) => void;
}

/** Who will be in the group. */
export function ChosenPeople({ people, onRemove }: ChosenPeopleProps) {
  if (people.length === 0) return null;
  return (
    <ul className="chips" aria-label="Chosen">
      {people.map((person) => (
        <li key={person.user} className="chip">
          <bdi>{nameOf(person)}</bdi>
          <button
            type="button" aria-label={`Take ${nameOf(person)} out`}
            onClick={() => onRemove(person)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
