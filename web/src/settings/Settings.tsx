/** What one chooses: for this browser on the first page of it, for the account in parts behind it. */
import type { ComponentType } from "react";
import { useState } from "react";
import { useKeptFocus } from "../hooks/useKeptFocus.ts";
import { Pane } from "../list/Pane.tsx";
import { PaneHead } from "../list/PaneHead.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";
import { DataPart } from "./DataPart.tsx";
import { DevicesPart } from "./DevicesPart.tsx";
import { LookPart } from "./LookPart.tsx";
import { NotifyPart } from "./NotifyPart.tsx";
import { PasswordPart } from "./PasswordPart.tsx";
import { PrivacyPart } from "./PrivacyPart.tsx";
import { ProfilePart } from "./ProfilePart.tsx";
import { SecondFactorPart } from "./SecondFactorPart.tsx";
import "./settings.css";

const PARTS = {
  profile: { icon: "person", shows: ProfilePart },
  privacy: { icon: "privacy", shows: PrivacyPart },
  notify: { icon: "unmute", shows: NotifyPart },
  devices: { icon: "device", shows: DevicesPart },
  password: { icon: "key", shows: PasswordPart },
  factor: { icon: "factor", shows: SecondFactorPart },
  data: { icon: "archive", shows: DataPart },
} as const satisfies Record<string, { icon: IconName; shows: ComponentType }>;

type PartName = keyof typeof PARTS;

const NAMES = Object.keys(PARTS) as PartName[];

export default function Settings({ onDone }: { onDone: () => void }) {
  const say = useText();
  const [part, setPart] = useState<PartName | undefined>();
  const body = useKeptFocus<HTMLDivElement>();
  const title = say(part ? `settings.${part}` : "settings.label");
  const Shown = part ? PARTS[part].shows : LookPart;
  return (
    <Pane label={title}>
      <PaneHead
        key={part ?? ""} title={title} back={say(part ? "settings.back" : "app.back")}
        onBack={part ? () => setPart(undefined) : onDone}
      />
      <div ref={body} className="settings" tabIndex={-1}>
        <Shown />
        {!part && (
          <nav className="settings-parts" aria-label={say("settings.account")}>
            <h2 className="settings-head">{say("settings.account")}</h2>
            {NAMES.map((name) => (
              <button key={name} type="button" className="menu-item" onClick={() => setPart(name)}>
                <Icon name={PARTS[name].icon} />
                {say(`settings.${name}`)}
              </button>
            ))}
          </nav>
        )}
      </div>
    </Pane>
  );
}
