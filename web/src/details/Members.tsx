/** Who is in a group, and as what; its admins let people in and put them out, its owner gives roles. */
import type { ConversationView, Id, MemberState } from "parley-client";
import { useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { nameOf } from "../people/names.ts";
import { usePresence, useWatch } from "../people/usePresence.ts";
import { go } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { MenuItem } from "../ui/MenuItem.tsx";
import { useText } from "../words/useText.ts";
import { AddMembers } from "./AddMembers.tsx";
import { MemberMenu } from "./MemberMenu.tsx";

/** Of the members; the server takes 200 people a connection, and the list has some of them. */
const WATCHED_MAX = 50;

export function Members({ view }: { view: ConversationView }) {
  const say = useText();
  const me = useMe();
  const members = useObservable(useParley().members(view.conversation));
  const [adds, setAdds] = useState(false);
  useWatch((members ?? []).slice(0, WATCHED_MAX).map(({ user }) => user));
  if (!members) return null;
  const rules = view.role === "admin" || view.role === "owner";
  return (
    <section className="details-part">
      <h4>{say("details.members", { count: members.length })}</h4>
      {rules && <MenuItem icon="add" text={say("group.add")} onChoose={() => setAdds(true)} />}
      {adds && <AddMembers conversation={view.conversation} members={members} onDone={() => setAdds(false)} />}
      <ul className="members">
        {members.map((member) => (
          <MemberLine key={member.user} member={member} isMe={member.user === me} view={view} />
        ))}
      </ul>
    </section>
  );
}

function MemberLine({ member, isMe, view }: { member: MemberState; isMe: boolean; view: ConversationView }) {
  const say = useText();
  const name = nameOf(member, say);
  return (
    <li className="members-line">
      <button type="button" className="row" disabled={isMe} onClick={() => go({ kind: "person", user: member.user })}>
        <Face user={member.user} name={name} />
        <span className="row-main">
          <bdi className="row-title">{isMe ? say("person.you") : name}</bdi>
        </span>
        {member.role !== "member" && <span className="members-role">{say(`details.${member.role}`)}</span>}
      </button>
      {!isMe && <MemberMenu member={member} name={name} view={view} />}
    </li>
  );
}

function Face({ user, name }: { user: Id; name: string }) {
  return <Avatar id={user} name={name} online={usePresence(user)?.online ?? false} />;
}
