/** What was typed into the search: conversations one has, and people one may write to. */
import { useNow } from "../hooks/useNow.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { titleOf } from "../people/names.ts";
import { PeopleFound } from "../people/PeopleFound.tsx";
import { go, placeOf } from "../route/place.ts";
import { useMe, useParley } from "../session/context.ts";
import { ConversationRow } from "./ConversationRow.tsx";

const MINUTE_MS = 60_000;

export function Finder({ typed, onDone }: { typed: string; onDone: () => void }) {
  const me = useMe();
  const now = useNow(MINUTE_MS);
  const sought = typed.trim().toLowerCase();
  const groups = useObservable(useParley().conversations).filter(
    (view) => view.kind !== "direct" && titleOf(view).toLowerCase().includes(sought),
  );
  return (
    <div className="list-scroll">
      {groups.length > 0 && (
        <ul className="rows" aria-label="Your conversations" onClick={onDone}>
          {groups.map((view) => (
            <ConversationRow
              key={view.conversation} view={view} place={placeOf(view)} isOpen={false} now={now}
            />
          ))}
        </ul>
      )}
      <PeopleFound
        typed={typed} without={(person) => person.user === me}
        onChoose={(person) => {
          onDone();
          go({ kind: "person", user: person.user });
        }}
      />
    </div>
  );
}
