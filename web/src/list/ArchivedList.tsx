import { useState } from "react";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";
import { useObservable } from "../hooks/useObservable.ts";
import type { Place } from "../route/route.ts";
import { useStore } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { Pane } from "./Pane.tsx";
import { PaneHead } from "./PaneHead.tsx";
import { Rows } from "./Rows.tsx";

/** What one has put out of sight. */
export function ArchivedList({ place, onDone }: { place: Place | undefined; onDone: () => void }) {
  const say = useText();
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const { archived } = useObservable(useStore().list.arranged);
  const onKeyDown = useArrowKeys("a");
  return (
    <Pane label={say("list.archived")}>
      <PaneHead title={say("list.archived")} onBack={onDone} />
      {archived.length === 0 && <p className="hint">{say("list.empty_archived")}</p>}
      <nav ref={setScroller} className="list-scroll" aria-label={say("list.archived")} onKeyDown={onKeyDown}>
        <Rows views={archived} place={place} scroller={scroller} />
      </nav>
    </Pane>
  );
}
