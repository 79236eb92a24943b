import type { Id } from "parley-client";
import { useUsernames } from "../people/names.ts";
import { hrefOf } from "../route/route.ts";
import { useMe } from "../store/context.ts";

/** A name that a text calls: the way to that person, if the message mentions one who is called so. */
export function Mention({ name, mentions }: { name: string; mentions: readonly Id[] }) {
  const me = useMe();
  const at = useUsernames(mentions).indexOf(name.toLowerCase());
  const user = mentions[at];
  if (user === undefined) return `@${name}`;
  const shown = <bdi>@{name}</bdi>;
  if (user === me) return <strong className="mention mention-me">{shown}</strong>;
  return <a className="mention" href={hrefOf({ kind: "person", user })}>{shown}</a>;
}
