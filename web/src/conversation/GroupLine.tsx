import type { Id } from "parley-client";
import { FormattedMessage } from "react-intl";
import { useObservable } from "../hooks/useObservable.ts";
import { Name } from "../people/Name.tsx";
import { isolated, nameOf } from "../people/names.ts";
import { useMe, useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { NoLine } from "./NoLine.tsx";

/** Names that a line has room for. */
const NAMES_MAX = 12;

/** Who types in a group, or who is in it. */
export function GroupLine({ conversation }: { conversation: Id }) {
  const parley = useParley();
  const say = useText();
  const me = useMe();
  const typing = useObservable(parley.typing(conversation));
  const members = useObservable(parley.members(conversation));
  const [first] = typing;
  if (first !== undefined) {
    return (
      <p className="typing" role="status">
        {typing.length === 1
          ? <FormattedMessage id="talk.typing_one" values={{ name: <Name user={first} /> }} />
          : say("talk.typing_many")}
      </p>
    );
  }
  if (!members) return <NoLine />;
  const others = members.filter((member) => member.user !== me).slice(0, NAMES_MAX);
  const names = [say("person.you"), ...others.map((member) => isolated(nameOf(member, say)))];
  const more = Math.max(0, members.length - NAMES_MAX - 1);
  return <p>{say("talk.members", { names: names.join(say("talk.between")), more })}</p>;
}
