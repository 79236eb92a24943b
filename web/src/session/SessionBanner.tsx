/** How things stand with the connection, when they do not stand well. */
import type { Status } from "parley-client";
import { useEffect } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { useComplain } from "../ui/notices.tsx";
import { useParley } from "./context.ts";

function wordsOf({ state, reason }: Status): string | undefined {
  switch (state) {
    case "connecting":
      return "Connecting…";
    case "waiting":
      return "Offline. Messages will be sent later.";
    case "stopped":
      return reason === "account_disabled"
        ? "This account is disabled. Ask whoever runs this server."
        : "The server ended the connection.";
    default:
      return undefined;
  }
}

export function SessionBanner() {
  const parley = useParley();
  const complain = useComplain();
  const status = useObservable(parley.status);
  const words = wordsOf(status);

  useEffect(() => {
    const retry = (): void => parley.retryNow();
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [parley]);

  const again = (): void => (status.state === "stopped" ? parley.start() : parley.retryNow());
  return (
    <div className="banner-place" role="status">
      {words !== undefined && (
        <div className={`banner banner-${status.state}`}>
          <span>{words}</span>
          {/* Not for those who hear the page: it would speak every second. */}
          {status.retry_in_s !== undefined && status.retry_in_s > 0 && (
            <span className="banner-countdown" aria-hidden="true">Next try in {status.retry_in_s} s.</span>
          )}
          {status.reason === "account_disabled" ? (
            <button type="button" className="link" onClick={() => parley.signOut().catch(complain)}>
              Sign out
            </button>
          ) : status.state !== "connecting" && (
            <button type="button" className="link" onClick={again}>Try now</button>
          )}
        </div>
      )}
    </div>
  );
}
