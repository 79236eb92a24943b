import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { useName } from "../people/names.ts";
import { useMe, useStore } from "../store/context.ts";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useText } from "../words/useText.ts";
import { useSignOut } from "./useSignOut.tsx";

/** Oneself: who one is here, the settings, and the way out. */
export function AccountMenu() {
  const { parley, list, overlay } = useStore();
  const { signOut, busy, question } = useSignOut();
  const say = useText();
  const me = useMe();
  const name = useName(me);
  const username = useObservable(parley.session)?.username ?? "";
  return (
    <>
      <Popup label={say("session.account")} className="avatar-button" button={<Avatar id={me} name={name} />}>
        {(close) => (
          <>
            <p className="menu-head">
              <strong><bdi>{name}</bdi></strong>
              <span dir="ltr">@{username}</span>
            </p>
            <MenuItem
              icon="settings" text={say("settings.label")}
              onChoose={() => {
                close();
                list.show("settings");
              }}
            />
            <MenuItem
              icon="keyboard" text={say("keys.label")}
              onChoose={() => {
                close();
                overlay.set("shortcuts");
              }}
            />
            <MenuItem icon="leave" text={say("session.sign_out")} busy={busy} onChoose={() => signOut(close)} />
          </>
        )}
      </Popup>
      {question}
    </>
  );
}
