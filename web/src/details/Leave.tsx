import type { ConversationView } from "parley-client";
import { useState } from "react";
import { FormattedMessage } from "react-intl";
import { titleOf } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Switch } from "../ui/Switch.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** Who writes in a group, which its admins say, and the way out of it. */
export function Leave({ view }: { view: ConversationView }) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const [asks, setAsks] = useState(false);
  const { conversation, announce, role } = view;
  return (
    <section className="details-part">
      {role !== "member" && (
        <Switch
          text={say("group.announce")} on={announce}
          onTurn={() => void parley.groups.setAnnounce(conversation, !announce).catch(complain)}
        />
      )}
      <MenuItem icon="leave" text={say("group.leave")} danger onChoose={() => setAsks(true)} />
      {asks && (
        <Confirm
          title={say("group.leave")} doing={say("group.leave")} onClose={() => setAsks(false)}
          onDo={() => void parley.leave(conversation).catch(complain)}
        >
          <FormattedMessage
            id={role === "owner" ? "group.leave_owner_words" : "group.leave_words"} values={{ title: <bdi>{titleOf(view, say)}</bdi> }}
          />
        </Confirm>
      )}
    </section>
  );
}
