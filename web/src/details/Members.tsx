import type { Id } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { Avatar } from "../people/Avatar.tsx";
import { nameOf } from "../people/names.ts";
import { usePresence, useWatch } from "../people/usePresence.ts";
import { go } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";

/** Of the members; the server takes 200 people a connection, and the list has some of them. */
const WATCHED_MAX = 50;

/** Who is in a group, and as what. */
export function Members({ conversation }: { conversation: Id }) {
  const say = useText();
  const me = useMe();
  const members = useObservable(useParley().members(conversation));
  useWatch((members ?? []).slice(0, WATCHED_MAX).map(({ user }) => user));
  if (!members) return null;
  return (
    <section className="details-part">
      <h4>{say("details.members", { count: members.length })}</h4>
      <ul className="members">
        {members.map((member) => (
          <li key={member.user}>
            <button
              type="button" className="row" disabled={member.user === me}
              onClick={() => go({ kind: "person", user: member.user })}
            >
              <Face user={member.user} name={nameOf(member, say)} />
              <span className="row-main">
                <span className="row-title"><bdi>{member.user === me ? say("person.you") : nameOf(member, say)}</bdi></span>
              </span>
              {member.role !== "member" && <span className="members-role">{say(`details.${member.role}`)}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Face({ user, name }: { user: Id; name: string }) {
  return <Avatar id={user} name={name} online={usePresence(user)?.online ?? false} />;
}
