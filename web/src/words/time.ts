/** Times as a person reads them, in the words and clock of their browser's language. */
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const fullDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const wholeTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Days between the two, as a calendar counts them. */
function daysBefore(time: number, now: number): number {
  return Math.round((midnight(now) - midnight(time)) / DAY);
}

export function isSameDay(a: number, b: number): boolean {
  return midnight(a) === midnight(b);
}

export function clockTime(time: number): string {
  return clock.format(time);
}

export function wholeMoment(time: number): string {
  return wholeTime.format(time);
}

/** For a list: the time today, then the day. */
export function shortTime(time: number, now: number): string {
  const days = daysBefore(time, now);
  if (days <= 0) return clock.format(time);
  if (days === 1) return "Yesterday";
  return days < 7 ? weekday.format(time) : dayAndMonth.format(time);
}

/** Above the messages of a day. */
export function dayName(time: number, now: number): string {
  const days = daysBefore(time, now);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return days < 180 ? fullDay.format(time) : dayOfYear.format(time);
}

export function lastSeen(time: number, now: number): string {
  const minutes = Math.floor((now - time) / MINUTE);
  if (minutes < 1) return "last seen just now";
  if (minutes < 60) return `last seen ${minutes} min ago`;
  const days = daysBefore(time, now);
  if (days === 0) return `last seen at ${clock.format(time)}`;
  if (days === 1) return `last seen yesterday at ${clock.format(time)}`;
  return `last seen on ${dayAndMonth.format(time)}`;
}
