import type { MessageStatus } from "parley-client";
import { markOf } from "../words/errors.ts";
import { useText } from "../words/useText.ts";

const ONE = "M3 8.5l3.2 3.2L13 5";
const TWO = "M1.5 8.5l3.2 3.2L11.5 5M8.4 11.2l.5.5L15.7 5";
const CLOCK = "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2 1.2";
const WRONG = "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.6M8 11v.01";

const PATHS: Record<MessageStatus, string> = {
  waiting: CLOCK, sent: ONE, delivered: TWO, read: TWO, failed: WRONG,
};

/** How far one's own message got; `code`: the error's, of one that failed. */
export function Ticks({ status, code }: { status: MessageStatus; code?: string | undefined }) {
  const say = useText();
  return (
    <svg className={`ticks ticks-${status}`} viewBox="0 0 17 16" role="img" aria-label={say(markOf(status, code))}>
      <path d={PATHS[status]} />
    </svg>
  );
}
