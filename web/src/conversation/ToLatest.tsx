import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";

/** A badge has room for two digits. */
const COUNT_MAX = 99;

/** The way to the end of the log, and how much there is unread. */
export function ToLatest({ unread, onGo }: { unread: number; onGo: () => void }) {
  const say = useText();
  return (
    <button type="button" className="icon-button to-latest" aria-label={say("talk.to_latest", { count: unread })} onClick={onGo}>
      <Icon name="down" />
      {unread > 0 && <span className="badge" aria-hidden="true">{unread > COUNT_MAX ? `${COUNT_MAX}+` : unread}</span>}
    </button>
  );
}
