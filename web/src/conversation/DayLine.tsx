import { useNow } from "../hooks/useNow.ts";
import { dayName } from "../words/time.ts";

const REFRESH_MS = 60_000;

export function DayLine({ time }: { time: number }) {
  const now = useNow(REFRESH_MS);
  return <li className="day-line"><span>{dayName(time, now)}</span></li>;
}
