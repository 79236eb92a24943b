import type { ConversationView, MemberState } from "parley-client";
import { useState } from "react";
import { FormattedMessage } from "react-intl";
import { isolated } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Icon } from "../ui/Icon.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

export interface MemberMenuProps {
  member: MemberState;
  name: string;
  view: ConversationView;
}

/** What one may do with another member; nothing is shown where that is nothing. An admin puts out
 * members, the owner anybody. */
export function MemberMenu({ member: { user, role }, name, view: { conversation, role: mine } }: MemberMenuProps) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const [asks, setAsks] = useState<"remove" | "owner" | undefined>();
  const owns = mine === "owner";
  if (!owns && !(mine === "admin" && role === "member")) return null;
  const act = (done: Promise<unknown>): void => void done.catch(complain);
  return (
    <>
      <Popup label={say("group.member_actions", { name: isolated(name) })} button={<Icon name="more" />}>
        {(close) => {
          const choose = (what: () => void) => () => {
            close();
            what();
          };
          return (
            <>
              {owns && role === "member" && (
                <MenuItem icon="privacy" text={say("group.make_admin")} onChoose={choose(() => act(parley.setRole(conversation, user, "admin")))} />
              )}
              {owns && role === "admin" && (
                <MenuItem icon="person" text={say("group.make_member")} onChoose={choose(() => act(parley.setRole(conversation, user, "member")))} />
              )}
              {owns && <MenuItem icon="factor" text={say("group.make_owner")} onChoose={choose(() => setAsks("owner"))} />}
              <MenuItem icon="unadd" text={say("group.remove")} danger onChoose={choose(() => setAsks("remove"))} />
            </>
          );
        }}
      </Popup>
      {asks === "remove" && (
        <Confirm
          title={say("group.remove")} doing={say("group.remove")} onClose={() => setAsks(undefined)}
          onDo={() => act(parley.removeMember(conversation, user))}
        >
          <FormattedMessage id="group.remove_words" values={{ name: <bdi>{name}</bdi> }} />
        </Confirm>
      )}
      {asks === "owner" && (
        <Confirm
          title={say("group.make_owner")} doing={say("group.make_owner")} onClose={() => setAsks(undefined)}
          onDo={() => act(parley.groups.handOver(conversation, user))}
        >
          <FormattedMessage id="group.make_owner_words" values={{ name: <bdi>{name}</bdi> }} />
        </Confirm>
      )}
    </>
  );
}
