import type { Id } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { Name } from "../people/Name.tsx";
import { nameOf } from "../people/names.ts";
import { useMe, useParley } from "../session/context.ts";

/** Names that a line has room for. */
const NAMES_MAX = 12;

/** Who types in a group, or who is in it. */
export function GroupLine({ conversation }: { conversation: Id }) {
  const parley = useParley();
  const me = useMe();
  const typing = useObservable(parley.typing(conversation));
  const members = useObservable(parley.members(conversation));
  const [first] = typing;
  if (first !== undefined) {
    return (
      <p className="typing" role="status">
        {typing.length === 1 ? <><Name user={first} /> is typing…</> : "Several people are typing…"}
      </p>
    );
  }
  if (!members) return <p> </p>;
  const others = members.filter((member) => member.user !== me).slice(0, NAMES_MAX);
  return (
    <p>
      You{others.map((member) => <span key={member.user}>, <bdi>{nameOf(member)}</bdi></span>)}
      {members.length > NAMES_MAX + 1 && ` and ${members.length - NAMES_MAX - 1} more`}
    </p>
  );
}
