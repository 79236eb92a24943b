/** Where one is signed in, and the ways to end that. */
import type { Device } from "parley-client";
import { ParleyError } from "parley-client";
import { useCallback, useState } from "react";
import { useIntl } from "react-intl";
import { useLoaded } from "../hooks/useLoaded.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { isolated } from "../people/names.ts";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Icon } from "../ui/Icon.tsx";
import { useComplain } from "../ui/notices.tsx";
import { moment } from "../words/time.ts";
import type { Say } from "../words/useText.ts";
import { useText } from "../words/useText.ts";
import { Waiting } from "./Waiting.tsx";

export function DevicesPart() {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const news = useObservable(parley.account.news);
  // Anew when somebody signed in while one looks.
  const [loaded, again] = useLoaded(useCallback(() => parley.request("device.list", {}), [parley, news]));
  const [asks, setAsks] = useState(false);
  const [one, setOne] = useState<Device | undefined>();
  if (!loaded.value) return <Waiting loaded={loaded} />;
  const { devices } = loaded.value;
  const others = devices.filter(({ current }) => !current);
  const end = (which: readonly Device[]): void => {
    Promise.all(which.map(({ device }) => parley.request("device.end", { device }).catch(unlessOut))).catch(complain).finally(again);
  };
  return (
    <>
      <ul>
        {[...devices.filter(({ current }) => current), ...others.reverse()].map((device) => (
          <DeviceLine key={device.device} device={device} onEnd={() => setOne(device)} />
        ))}
      </ul>
      {others.length > 0 && (
        <button type="button" className="button button-danger" onClick={() => setAsks(true)}>{say("devices.end_others")}</button>
      )}
      {one && (
        <Confirm
          title={say("devices.end_one", { name: isolated(nameOf(one, say)) })} doing={say("devices.end")}
          onDo={() => end([one])} onClose={() => setOne(undefined)}
        >
          {say("devices.end_one_words")}
        </Confirm>
      )}
      {asks && (
        <Confirm title={say("devices.end_others")} doing={say("devices.end_others")} onDo={() => end(others)} onClose={() => setAsks(false)}>
          {say("devices.end_others_words", { count: others.length })}
        </Confirm>
      )}
    </>
  );
}

/** One that signed itself out meanwhile is out, as was wanted. */
function unlessOut(error: unknown): void {
  if (!(error instanceof ParleyError && error.code === "not_found")) throw error;
}

function nameOf({ name }: Device, say: Say): string {
  return name === "" ? say("devices.nameless") : name;
}

function DeviceLine({ device, onEnd }: { device: Device; onEnd: () => void }) {
  const intl = useIntl();
  const say = useText();
  const name = nameOf(device, say);
  return (
    <li className="settings-line">
      <Icon name="device" />
      <span className="settings-line-main">
        <bdi>{name}</bdi>
        <small>
          {device.current ? say("devices.this") : say("devices.seen", { time: moment(intl, device.last_seen) })}
        </small>
      </span>
      {!device.current && (
        <button type="button" className="link" aria-label={say("devices.end_one", { name: isolated(name) })} onClick={onEnd}>
          {say("devices.end")}
        </button>
      )}
    </li>
  );
}
