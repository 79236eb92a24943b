import type { Id } from "parley-client";
import { isolated, useName } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** Where one would write, if one did not block whom one would write to. */
export function BlockedLine({ user }: { user: Id }) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  return (
    <p className="hint conversation-left">
      {say("person.you_block", { name: isolated(useName(user)) })}{" "}
      <button type="button" className="link" onClick={() => void parley.unblock(user).catch(complain)}>{say("person.unblock")}</button>
    </p>
  );
}
