/** The panes: the list, the conversation that is open, and its details. A narrow window shows one. */
import { useEffect, useRef } from "react";
import { Conversation } from "../conversation/Conversation.tsx";
import { useAlerts } from "../alerts/useAlerts.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { comeBackFrom } from "../list/rowKeys.ts";
import { Sidebar } from "../list/Sidebar.tsx";
import type { Place } from "../route/route.ts";
import { goBeside, goNowhere, hrefOf, placeId, useRoute } from "../route/route.ts";
import { useMe, useStore } from "../store/context.ts";
import { SessionBanner } from "../session/SessionBanner.tsx";
import { later } from "../ui/later.tsx";
import { Nothing } from "./Nothing.tsx";
import { DialogPart, Part } from "./Trouble.tsx";
import { useBadge } from "./useBadge.ts";
import { useShortcuts } from "./useShortcuts.ts";
import "./home.css";

const Join = later(() => import("../list/Join.tsx"));
const Details = later(() => import("../details/Details.tsx"));

const OVERLAYS = {
  none: undefined,
  shortcuts: later(() => import("./Shortcuts.tsx")),
  switcher: later(() => import("./Switcher.tsx")),
};

export function Home() {
  const { place, panel, invite } = useRoute();
  const me = useMe();
  useBadge();
  useAlerts();
  useShortcuts(place);
  useReturn(place);
  const { overlay } = useStore();
  const over = useObservable(overlay) ?? "none";
  const Over = OVERLAYS[over];
  // It hears that it was closed when another may be open in its place already.
  const close = (): void => {
    if (overlay.getSnapshot() === over) overlay.set(undefined);
  };

  const classes = ["home"];
  if (place || invite !== undefined) classes.push("home-open");
  if (place && panel) classes.push("home-beside");
  return (
    <div className={classes.join(" ")}>
      <header className="unseen"><h1>Parley</h1></header>
      <SessionBanner />
      <Part beside="sidebar"><Sidebar place={place} /></Part>
      {place
        ? <Part key={placeId(place, me)}><Conversation place={place} panel={panel} /></Part>
        : invite !== undefined ? <Part key={invite} onClose={goNowhere}><Join token={invite} /></Part> : <Nothing />}
      {Over && <DialogPart key={over} onClose={close}><Over onClose={close} /></DialogPart>}
      {place && panel && (
        <Part key={`${panel} ${placeId(place, me)}`} beside="details" onClose={() => goBeside(place, undefined)}>
          <Details place={place} />
        </Part>
      )}
    </div>
  );
}

/** Back to the list, as a conversation is closed and takes the focus along. */
function useReturn(place: Place | undefined): void {
  const href = place && hrefOf(place);
  const was = useRef(href);
  useEffect(() => {
    if (was.current !== undefined && href === undefined && document.activeElement === document.body) comeBackFrom(was.current);
    was.current = href;
  }, [href]);
}
