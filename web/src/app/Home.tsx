/** Both panes: the list, and the conversation that is open. A narrow window shows one of them. */
import { useEffect, useState } from "react";
import { Conversation } from "../conversation/Conversation.tsx";
import { DraftsContext } from "../composer/drafts.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { Sidebar } from "../list/Sidebar.tsx";
import { placeId, usePlace } from "../route/place.ts";
import { useMe, useParley } from "../session/context.ts";
import { SessionBanner } from "../session/SessionBanner.tsx";
import { Nothing } from "./Nothing.tsx";
import "./home.css";

export function Home() {
  const place = usePlace();
  const me = useMe();
  const unread = useObservable(useParley().unread);
  const [drafts] = useState(() => new Map<string, string>());

  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Parley` : "Parley";
    return () => {
      document.title = "Parley";
    };
  }, [unread]);

  return (
    <DraftsContext value={drafts}>
      <div className={place ? "home home-open" : "home"}>
        <SessionBanner />
        <Sidebar place={place} />
        {place ? <Conversation key={placeId(place, me)} place={place} /> : <Nothing />}
      </div>
    </DraftsContext>
  );
}
