/** The left pane: who one is, looking for people, the list; or what was opened in its place. */
import { useEffect, useRef, useState } from "react";
import { Part } from "../app/Trouble.tsx";
import { useObservable } from "../hooks/useObservable.ts";
import type { Place } from "../route/route.ts";
import { go } from "../route/route.ts";
import { AccountMenu } from "../session/AccountMenu.tsx";
import { useStore } from "../store/context.ts";
import { Icon } from "../ui/Icon.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Popup } from "../ui/Popup.tsx";
import { later } from "../ui/later.tsx";
import { useText } from "../words/useText.ts";
import { ArchivedList } from "./ArchivedList.tsx";
import { ConversationList } from "./ConversationList.tsx";
import { Filters } from "./Filters.tsx";
import { Finder } from "./Finder.tsx";
import { Pane } from "./Pane.tsx";
import "./list.css";

const PANES = {
  contacts: later(() => import("./Contacts.tsx")),
  "new-group": later(() => import("./NewGroup.tsx")),
  settings: later(() => import("../settings/Settings.tsx")),
};

export function Sidebar({ place }: { place: Place | undefined }) {
  const { list } = useStore();
  const pane = useObservable(list.pane);
  const [isBack, setBack] = useState(false);
  const back = (): void => {
    setBack(true);
    list.show("list");
  };
  if (pane === "list") return <Main place={place} isBack={isBack} />;
  if (pane === "archived") return <ArchivedList place={place} onDone={back} />;
  const Shown = PANES[pane];
  return <Part key={pane} beside="sidebar" onClose={back}><Shown onDone={back} /></Part>;
}

/** `isBack`: it takes the place of something that one has left. */
function Main({ place, isBack }: { place: Place | undefined; isBack: boolean }) {
  const { list } = useStore();
  const typed = useObservable(list.typed);
  const say = useText();
  const finds = typed.trim() !== "";
  const head = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isBack) head.current?.focus();
  }, [isBack]);
  return (
    <Pane label={say("list.label")}>
      <div className="sidebar-head">
        <p ref={head} className="wordmark" tabIndex={-1}>Parley</p>
        <Popup label={say("list.new")} button={<Icon name="plus" />}>
          {(close) => (
            <>
              <MenuItem icon="group" text={say("list.new_group")} onChoose={() => list.show("new-group")} />
              <MenuItem icon="person" text={say("contacts.label")} onChoose={() => list.show("contacts")} />
              <MenuItem
                icon="notes" text={say("list.notes")}
                onChoose={() => {
                  close();
                  go({ kind: "notes" });
                }}
              />
            </>
          )}
        </Popup>
        <AccountMenu />
      </div>
      <div className="search">
        <Icon name="search" />
        <input
          type="search" value={typed} placeholder={say("list.search")} aria-label={say("list.search")}
          autoCapitalize="none" autoComplete="off" spellCheck={false} dir={finds ? "auto" : undefined}
          onChange={(event) => list.type(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && list.type("")}
        />
      </div>
      {!finds && <Filters />}
      {finds ? <Finder typed={typed} onDone={() => list.type("")} /> : <ConversationList place={place} />}
    </Pane>
  );
}
