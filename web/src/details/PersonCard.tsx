/** Who somebody is, how one stands to them, and whether one wants to hear of them. */
import type { Id } from "parley-client";
import { useCallback, useState } from "react";
import { FormattedMessage } from "react-intl";
import { PresenceLine } from "../conversation/PresenceLine.tsx";
import { useLoaded } from "../hooks/useLoaded.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { ContactActions } from "../people/ContactActions.tsx";
import { nameOf } from "../people/names.ts";
import { usePresence } from "../people/usePresence.ts";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { MenuItem } from "../ui/MenuItem.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

export function PersonCard({ user }: { user: Id }) {
  const parley = useParley();
  const say = useText();
  const person = useObservable(parley.person(user));
  const online = usePresence(user)?.online ?? false;
  const [profile] = useLoaded(useCallback(() => parley.request("user.get", { user }), [parley, user]));
  const about = profile.value?.about ?? "";
  const name = nameOf(person, say);
  return (
    <>
      <div className="details-who">
        <Avatar id={user} name={name} online={online} />
        <h3><bdi>{name}</bdi></h3>
        {person?.username !== undefined && <p dir="ltr">@{person.username}</p>}
        <PresenceLine user={user} conversation="" />
      </div>
      {about !== "" && (
        <section className="details-part">
          <h4>{say("details.about")}</h4>
          <p dir="auto">{about}</p>
        </section>
      )}
      {!person?.deleted && (
        <section className="details-part">
          <ContactActions user={user} />
          <Block user={user} name={name} />
        </section>
      )}
    </>
  );
}

function Block({ user, name }: { user: Id; name: string }) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const [asks, setAsks] = useState(false);
  const blocked = useObservable(parley.blocked).includes(user);
  // One button in either case: it keeps the focus.
  return (
    <>
      {blocked
        ? <MenuItem icon="privacy" text={say("person.unblock")} onChoose={() => void parley.unblock(user).catch(complain)} />
        : <MenuItem icon="block" text={say("person.block")} danger onChoose={() => setAsks(true)} />}
      {asks && (
        <Confirm
          title={say("person.block")} doing={say("person.block")} onClose={() => setAsks(false)}
          onDo={() => void parley.block(user).catch(complain)}
        >
          <FormattedMessage id="person.block_words" values={{ name: <bdi>{name}</bdi> }} />
        </Confirm>
      )}
    </>
  );
}
