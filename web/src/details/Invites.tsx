/** Links by which people come into a group by themselves: making one, giving it, taking it back. */
import type { ConversationView, Invite } from "parley-client";
import { useCallback, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useLoaded } from "../hooks/useLoaded.ts";
import { titleOf } from "../people/names.ts";
import { inviteLink } from "../route/route.ts";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { Qr } from "../ui/Qr.tsx";
import { Select } from "../ui/Select.tsx";
import { copyText } from "../ui/copyText.ts";
import { useComplain, useTell } from "../ui/notices.tsx";
import { moment } from "../words/time.ts";
import { useText } from "../words/useText.ts";

const DAY_S = 86_400;
/** How long a link may hold. */
const HOLDS = { day: DAY_S, week: 7 * DAY_S, ever: undefined } as const;

type Hold = keyof typeof HOLDS;

export function Invites({ view }: { view: ConversationView }) {
  const { conversation } = view;
  const { groups } = useParley();
  const complain = useComplain();
  const tell = useTell();
  const say = useText();
  const [holds, setHolds] = useState<Hold>("week");
  /** Whose picture is shown. */
  const [shown, setShown] = useState<string | undefined>();
  /** Which one is to be taken back, once one is sure. */
  const [ends, setEnds] = useState<Invite | undefined>();
  const [loaded, again] = useLoaded(useCallback(() => groups.invites(conversation), [groups, conversation]));
  const copy = async (token: string): Promise<void> => {
    await copyText(inviteLink(token));
    tell(say("invite.copied"));
  };
  const make = async (): Promise<void> => {
    const holds_s = HOLDS[holds];
    const { token } = await groups.invite(conversation, holds_s === undefined ? {} : { holds_s });
    again();
    await copy(token);
  };
  return (
    <section className="details-part">
      <h4>{say("invite.label")}</h4>
      <div className="invites-make">
        <Select
          label={say("invite.holds")} chosen={holds} onChoose={(value) => setHolds(value as Hold)}
          options={(Object.keys(HOLDS) as Hold[]).map((value) => ({ value, text: say(`invite.${value}`) }))}
        />
        <MenuItem icon="link" text={say("invite.make")} onChoose={() => void make().catch(complain)} />
      </div>
      <ul>
        {loaded.value?.map((invite) => (
          <InviteLine
            key={invite.invite} invite={invite} onCopy={() => void copy(invite.token).catch(complain)}
            onShow={() => setShown(invite.token)}
            onEnd={() => setEnds(invite)}
          />
        ))}
      </ul>
      {ends && (
        <Confirm
          title={say("invite.end")} doing={say("invite.end")} onClose={() => setEnds(undefined)}
          onDo={() => void groups.uninvite(conversation, ends.invite).catch(complain).finally(again)}
        >
          {say("invite.end_words")}
        </Confirm>
      )}
      {shown !== undefined && (
        <Dialog title={say("qr.label")} onClose={() => setShown(undefined)}>
          <p><FormattedMessage id="invite.show_words" values={{ title: <bdi>{titleOf(view, say)}</bdi> }} /></p>
          <Qr text={inviteLink(shown)} />
          <p className="secret" dir="ltr">{inviteLink(shown)}</p>
        </Dialog>
      )}
    </section>
  );
}

interface InviteLineProps {
  invite: Invite;
  onCopy: () => void;
  onShow: () => void;
  onEnd: () => void;
}

function InviteLine({ invite, onCopy, onShow, onEnd }: InviteLineProps) {
  const intl = useIntl();
  const say = useText();
  return (
    <li className="invites-line">
      <span className="invites-words">
        {invite.expires === undefined ? say("invite.ever") : say("invite.until", { time: moment(intl, invite.expires) })}
        <small>{say("invite.uses", { count: invite.uses })}</small>
      </span>
      <button type="button" className="link" onClick={onCopy}>{say("invite.copy")}</button>
      <button type="button" className="link" onClick={onShow}>{say("invite.show")}</button>
      <button type="button" className="link" onClick={onEnd}>{say("invite.end")}</button>
    </li>
  );
}
