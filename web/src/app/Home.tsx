/** The panes: the list, the conversation that is open, and its details. A narrow window shows one. */
import { Suspense, lazy } from "react";
import { Conversation } from "../conversation/Conversation.tsx";
import { useAlerts } from "../alerts/useAlerts.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { Sidebar } from "../list/Sidebar.tsx";
import { placeId, useRoute } from "../route/route.ts";
import { useMe, useStore } from "../store/context.ts";
import { SessionBanner } from "../session/SessionBanner.tsx";
import { Nothing } from "./Nothing.tsx";
import { Part } from "./Trouble.tsx";
import { useBadge } from "./useBadge.ts";
import { useShortcuts } from "./useShortcuts.ts";
import "./home.css";

const Join = lazy(() => import("../list/Join.tsx"));
const Details = lazy(() => import("../details/Details.tsx"));

const OVERLAYS = {
  none: undefined,
  shortcuts: lazy(() => import("./Shortcuts.tsx")),
  switcher: lazy(() => import("./Switcher.tsx")),
};

export function Home() {
  const { place, panel, invite } = useRoute();
  const me = useMe();
  useBadge();
  useAlerts();
  useShortcuts(place);
  const { overlay } = useStore();
  const over = useObservable(overlay) ?? "none";
  const Over = OVERLAYS[over];

  const classes = ["home"];
  if (place || invite !== undefined) classes.push("home-open");
  if (place && panel) classes.push("home-beside");
  return (
    <div className={classes.join(" ")}>
      <header className="unseen"><h1>Parley</h1></header>
      <SessionBanner />
      <Part><Sidebar place={place} /></Part>
      {place
        ? <Part key={placeId(place, me)}><Conversation place={place} panel={panel} /></Part>
        : invite !== undefined ? <Part key={invite}><Join token={invite} /></Part> : <Nothing />}
      {/* It hears that it was closed when another may be open in its place already. */}
      {Over && <Suspense><Over onClose={() => overlay.getSnapshot() === over && overlay.set(undefined)} /></Suspense>}
      {place && panel && <Part key={`${panel} ${placeId(place, me)}`}><Details place={place} /></Part>}
    </div>
  );
}
