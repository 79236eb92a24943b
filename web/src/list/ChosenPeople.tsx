import type { Person } from "parley-client";
import { nameOf } from "../people/names.ts";
import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";

export interface ChosenPeopleProps {
  people: readonly Person[];
  onRemove: (person: Person) => void;
}

/** Who will be in the group. */
export function ChosenPeople({ people, onRemove }: ChosenPeopleProps) {
  const say = useText();
  if (people.length === 0) return null;
  return (
    <ul className="chips" aria-label={say("group.chosen")}>
      {people.map((person) => (
        <li key={person.user} className="chip">
          <bdi>{nameOf(person, say)}</bdi>
          <button
            type="button" aria-label={say("group.take_out", { name: nameOf(person, say) })}
            onClick={() => onRemove(person)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
