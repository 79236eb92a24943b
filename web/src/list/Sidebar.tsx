/** The left pane: who one is, looking for people, the list; or making a group. */
import { useState } from "react";
import type { Place } from "../route/place.ts";
import { go } from "../route/place.ts";
import { AccountMenu } from "../session/AccountMenu.tsx";
import { Icon } from "../ui/Icon.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Popup } from "../ui/Popup.tsx";
import { ConversationList } from "./ConversationList.tsx";
import { Finder } from "./Finder.tsx";
import { NewGroup } from "./NewGroup.tsx";
import "./list.css";

export function Sidebar({ place }: { place: Place | undefined }) {
  const [typed, setTyped] = useState("");
  const [makesGroup, setMakesGroup] = useState(false);
  if (makesGroup) return <NewGroup onDone={() => setMakesGroup(false)} />;
  return (
    <aside className="sidebar" aria-label="Conversations">
      <header className="sidebar-head">
        <h1 className="wordmark">Parley</h1>
        <Popup label="New" button={<Icon name="plus" />}>
          {(close) => (
            <>
              <MenuItem icon="group" text="New group" onChoose={() => setMakesGroup(true)} />
              <MenuItem
                icon="notes" text="Notes to self"
                onChoose={() => {
                  close();
                  go({ kind: "notes" });
                }}
              />
            </>
          )}
        </Popup>
        <AccountMenu />
      </header>
      <div className="search">
        <Icon name="search" />
        <input
          type="search" value={typed} placeholder="Find people by name" aria-label="Find people by name"
          autoCapitalize="none" autoComplete="off" spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && setTyped("")}
        />
      </div>
      {typed.trim() === ""
        ? <ConversationList place={place} />
        : <Finder typed={typed} onDone={() => setTyped("")} />}
    </aside>
  );
}
