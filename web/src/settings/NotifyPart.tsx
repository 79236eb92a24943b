import { useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { chime } from "../alerts/chime.ts";
import { useStore } from "../store/context.ts";
import { Switch } from "../ui/Switch.tsx";
import { useText } from "../words/useText.ts";

/** On an iPhone while the page is not installed there, and at an address without TLS. */
const IS_ABSENT = !isSecureContext || !("Notification" in window);

/** How this browser tells of something new. */
export function NotifyPart() {
  const { look } = useStore();
  const say = useText();
  const { notify, silent } = useObservable(look.chosen);
  const [refused, setRefused] = useState(() => notify === true && (IS_ABSENT || Notification.permission === "denied"));
  const turn = async (): Promise<void> => {
    const allowed = notify || (!IS_ABSENT && (await Notification.requestPermission()) === "granted");
    setRefused(!allowed);
    look.setNotify(allowed && !notify);
  };
  return (
    <>
      <section>
        <Switch text={say("notify.show")} on={notify === true} onTurn={() => void turn()} />
        {refused && <p className="problem" role="alert">{say(IS_ABSENT ? "notify.absent" : "notify.refused")}</p>}
        <Switch
          text={say("notify.sound")} on={silent !== true}
          onTurn={() => {
            if (silent) chime();
            look.setSilent(!silent);
          }}
        />
      </section>
      <p className="settings-words">{say("notify.hint")}</p>
    </>
  );
}
