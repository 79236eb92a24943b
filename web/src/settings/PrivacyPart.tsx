import type { Audience, Privacy } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { Name } from "../people/Name.tsx";
import { useParley } from "../store/context.ts";
import { Select } from "../ui/Select.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { Waiting } from "./Waiting.tsx";

const MATTERS = ["last_seen", "receipts", "groups", "write"] as const satisfies readonly (keyof Privacy)[];
const AUDIENCES = ["everyone", "contacts", "nobody"] as const satisfies readonly Audience[];

/** Who may see what of one and do what with one, and whom one keeps away. */
export function PrivacyPart() {
  const { privacy } = useParley();
  const complain = useComplain();
  const say = useText();
  const self = useObservable(privacy.self);
  if (!self) return <Waiting loaded={{}} />;
  const options = AUDIENCES.map((value) => ({ value, text: say(`privacy.${value}`) }));
  return (
    <>
      {MATTERS.map((matter) => (
        <Select
          key={matter} label={say(`privacy.${matter}`)} chosen={self.privacy[matter]} options={options}
          hint={matter === "receipts" ? say("privacy.receipts_hint") : undefined}
          onChoose={(value) => void privacy.set({ [matter]: value as Audience }).catch(complain)}
        />
      ))}
      <Blocked />
    </>
  );
}

function Blocked() {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const blocked = useObservable(parley.blocked);
  return (
    <section>
      <h2 className="settings-head">{say("privacy.blocked")}</h2>
      {blocked.length === 0 && <p className="settings-words">{say("privacy.nobody_blocked")}</p>}
      <ul>
        {blocked.map((user) => (
          <li key={user} className="settings-line">
            <span className="settings-line-main"><Name user={user} /></span>
            <button type="button" className="link" onClick={() => void parley.unblock(user).catch(complain)}>
              {say("person.unblock")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
