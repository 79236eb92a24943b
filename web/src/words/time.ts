/** Times as a person reads them, in the words and clock of the page's language. */
import type { IntlShape } from "react-intl";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const CLOCK = { hour: "numeric", minute: "2-digit" } as const;

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Days between the two, as a calendar counts them. */
function daysBefore(time: number, now: number): number {
  return Math.round((midnight(now) - midnight(time)) / DAY);
}

function isSameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

/** In few letters; another year is said. */
function shortDay(intl: IntlShape, time: number, now: number): string {
  const day = { day: "numeric", month: "short" } as const;
  return intl.formatDate(time, isSameYear(time, now) ? day : { ...day, year: "numeric" });
}

export function isSameDay(a: number, b: number): boolean {
  return midnight(a) === midnight(b);
}

export function clockTime(intl: IntlShape, time: number): string {
  return intl.formatDate(time, CLOCK);
}

export function wholeMoment(intl: IntlShape, time: number): string {
  return intl.formatDate(time, { dateStyle: "full", timeStyle: "short" });
}

/** The same where there is little room. */
export function moment(intl: IntlShape, time: number): string {
  return intl.formatDate(time, { dateStyle: "medium", timeStyle: "short" });
}

/** For a list: the time today, then the day. */
export function shortTime(intl: IntlShape, time: number, now: number): string {
  const days = daysBefore(time, now);
  if (days <= 0) return clockTime(intl, time);
  if (days === 1) return intl.formatMessage({ id: "talk.yesterday" });
  return days < 7 ? intl.formatDate(time, { weekday: "short" }) : shortDay(intl, time, now);
}

/** Above the messages of a day. */
export function dayName(intl: IntlShape, time: number, now: number): string {
  const days = daysBefore(time, now);
  if (days <= 0) return intl.formatMessage({ id: "talk.today" });
  if (days === 1) return intl.formatMessage({ id: "talk.yesterday" });
  const month = { day: "numeric", month: "long" } as const;
  return intl.formatDate(time, { ...month, ...(isSameYear(time, now) ? { weekday: "long" } : { year: "numeric" }) });
}

export function lastSeen(intl: IntlShape, time: number, now: number): string {
  const minutes = Math.floor((now - time) / MINUTE);
  if (minutes < 1) return intl.formatMessage({ id: "person.seen_now" });
  if (minutes < 60) return intl.formatMessage({ id: "person.seen_minutes" }, { count: minutes });
  const days = daysBefore(time, now);
  const clock = clockTime(intl, time);
  if (days === 0) return intl.formatMessage({ id: "person.seen_today" }, { time: clock });
  if (days === 1) return intl.formatMessage({ id: "person.seen_yesterday" }, { time: clock });
  return intl.formatMessage({ id: "person.seen_on" }, { date: shortDay(intl, time, now) });
}
