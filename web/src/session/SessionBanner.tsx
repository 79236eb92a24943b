/** How things stand with the connection, the browser and the page itself, when they do not stand well. */
import type { Status } from "parley-client";
import { useEffect } from "react";
import { useKeptFocus } from "../hooks/useKeptFocus.ts";
import { useObservable } from "../hooks/useObservable.ts";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";
import { useStore } from "../store/context.ts";

function wordsOf({ state }: Status): TextId | undefined {
  switch (state) {
    case "connecting":
      return "session.connecting";
    case "waiting":
      return "session.offline";
    case "stopped":
      return "session.stopped";
    default:
      return undefined;
  }
}

export function SessionBanner() {
  const { parley, forgetful, update } = useStore();
  const say = useText();
  const status = useObservable(parley.status);
  const words = wordsOf(status);
  const forgets = useObservable(forgetful);
  const isNewer = useObservable(update.ready);
  const place = useKeptFocus<HTMLDivElement>();

  useEffect(() => {
    const retry = (): void => parley.retryNow();
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [parley]);

  const again = (): void => (status.state === "stopped" ? parley.start() : parley.retryNow());
  return (
    <div ref={place} className="banner-place" role="status" tabIndex={-1}>
      {words !== undefined && (
        <div className={`banner banner-${status.state}`}>
          <span>{say(words)}</span>
          {/* Not for those who hear the page: it would speak every second. */}
          {status.retry_in_s !== undefined && status.retry_in_s > 0 && (
            <span className="banner-countdown" aria-hidden="true">
              {say("session.next_try", { seconds: status.retry_in_s })}
            </span>
          )}
          {status.state !== "connecting" && (
            <button type="button" className="link" onClick={again}>{say("session.try_now")}</button>
          )}
        </div>
      )}
      {forgets && <p className="banner banner-quiet">{say("session.forgetful")}</p>}
      {isNewer && (
        <p className="banner banner-quiet">
          <span>{say("session.newer")}</span>
          <button type="button" className="link" onClick={() => update.take()}>{say("session.take")}</button>
        </p>
      )}
    </div>
  );
}
