import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { useName } from "../people/names.ts";
import { MenuItem } from "../ui/MenuItem.tsx";
import { useComplain } from "../ui/notices.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useMe, useParley } from "./context.ts";

/** Oneself: who one is here, and the way out. */
export function AccountMenu() {
  const parley = useParley();
  const complain = useComplain();
  const me = useMe();
  const name = useName(me);
  const username = useObservable(parley.session)?.username ?? "";
  return (
    <Popup label="Your account" className="avatar-button" button={<Avatar id={me} name={name} />}>
      {(close) => (
        <>
          <p className="menu-head">
            <strong><bdi>{name}</bdi></strong>
            <span>@{username}</span>
          </p>
          <MenuItem
            icon="leave" text="Sign out"
            onChoose={() => {
              close();
              parley.signOut().catch(complain);
            }}
          />
        </>
      )}
    </Popup>
  );
}
