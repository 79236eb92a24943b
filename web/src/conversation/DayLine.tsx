import { useIntl } from "react-intl";
import { useNow } from "../hooks/useNow.ts";
import { dayName } from "../words/time.ts";

const REFRESH_MS = 60_000;

export function DayLine({ time }: { time: number }) {
  const intl = useIntl();
  const now = useNow(REFRESH_MS);
  return <p className="day-line"><span>{dayName(intl, time, now)}</span></p>;
}
