/** What was typed into the search: conversations one has, and people one may write to. */
import { useMemo, useState } from "react";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useTitleOf } from "../people/names.ts";
import { PeopleFound } from "../people/PeopleFound.tsx";
import { go } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { sought } from "./arrange.ts";
import { Rows } from "./Rows.tsx";

export function Finder({ typed, onDone }: { typed: string; onDone: () => void }) {
  const me = useMe();
  const say = useText();
  const titleOf = useTitleOf();
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const conversations = useObservable(useParley().conversations);
  const found = useMemo(() => sought(conversations, typed, titleOf), [conversations, typed, titleOf]);
  const onKeyDown = useArrowKeys(".row");
  return (
    <div ref={setScroller} className="list-scroll" onKeyDown={onKeyDown}>
      {found.length > 0 && (
        <>
          <h2 className="rows-head">{say("list.yours")}</h2>
          <Rows views={found} place={undefined} scroller={scroller} label={say("list.yours")} onChoose={onDone} />
          <h2 className="rows-head">{say("list.people")}</h2>
        </>
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
