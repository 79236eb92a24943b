import { Avatar } from "../people/Avatar.tsx";
import { nameOf } from "../people/names.ts";
import { useText } from "../words/useText.ts";
import type { Completion } from "./useCompletion.ts";

/** What may stand instead of the word one types, above the box. */
export function Completions({ completion: { listId, offers, active, choose } }: { completion: Completion }) {
  const say = useText();
  if (offers.length === 0) return null;
  return (
    <ul id={listId} className="completions" role="listbox" aria-label={say("composer.offers")}>
      {offers.map((offer, i) => (
        <li
          key={offer.id} id={`${listId}-${i}`} role="option" aria-selected={i === active} className="completion"
          // The box keeps the focus.
          onPointerDown={(event) => event.preventDefault()} onClick={() => choose(offer)}
        >
          {offer.person
            ? (
              <>
                <Avatar id={offer.person.user} name={nameOf(offer.person, say)} />
                <bdi>{nameOf(offer.person, say)}</bdi>
                <span className="completion-sub" dir="ltr">@{offer.person.username}</span>
              </>
            )
            : (
              <>
                <span className="completion-emoji">{offer.emoji}</span>
                <span dir="ltr">:{offer.code}:</span>
              </>
            )}
        </li>
      ))}
    </ul>
  );
}
