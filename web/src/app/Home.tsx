/** The panes: the list, the conversation that is open, and its details. A narrow window shows one. */
import { lazy, useState } from "react";
import { Conversation } from "../conversation/Conversation.tsx";
import { DraftsContext } from "../composer/drafts.ts";
import { Sidebar } from "../list/Sidebar.tsx";
import { placeId, useRoute } from "../route/route.ts";
import { useMe } from "../store/context.ts";
import { SessionBanner } from "../session/SessionBanner.tsx";
import { Nothing } from "./Nothing.tsx";
import { Part } from "./Trouble.tsx";
import { useBadge } from "./useBadge.ts";
import "./home.css";

const Details = lazy(() => import("../details/Details.tsx"));

export function Home() {
  const { place, panel } = useRoute();
  const me = useMe();
  const [drafts] = useState(() => new Map<string, string>());
  useBadge();

  const classes = ["home"];
  if (place) classes.push("home-open");
  if (place && panel) classes.push("home-beside");
  return (
    <DraftsContext value={drafts}>
      <div className={classes.join(" ")}>
        <SessionBanner />
        <Part><Sidebar place={place} /></Part>
        {place
          ? <Part key={placeId(place, me)}><Conversation place={place} panel={panel} /></Part>
          : <Nothing />}
        {place && panel && <Part key={`${panel} ${placeId(place, me)}`}><Details place={place} /></Part>}
      </div>
    </DraftsContext>
  );
}
