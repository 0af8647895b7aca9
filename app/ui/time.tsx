import { createContext, use } from "react";
import type { DateStyle } from "#app/domain/viewer.ts";

/**
 * When the page was made (milliseconds since 1970), and how it says when something was. A page that is kept for readers is
 * `dated`: nobody knows when it will be read.
 */
export const ClockContext = createContext<{ now: number; dateStyle: DateStyle | "dated" }>({
  now: 0,
  dateStyle: "absolute",
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

// Made once: building a formatter costs more than a hundred uses of it.
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const recent = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** A moment, said as the viewer likes it: "3 hours ago", or its date. The exact time is always in the markup. */
export function Time({ value }: { value: string }) {
  const { now, dateStyle } = use(ClockContext);
  const moment = new Date(value);
  const exactly = `${exact.format(moment)} UTC`;
  const said = {
    relative: () => relativeTime(moment, now),
    absolute: () => exactly,
    // What is older than a week stays so, however long the page is kept; of what is not, the year goes without saying.
    dated: () => (now - moment.getTime() < WEEK ? `${recent.format(moment)} UTC` : day.format(moment)),
  }[dateStyle];
  return (
    <time dateTime={moment.toISOString()} title={exactly}>
      {said()}
    </time>
  );
}

/** "just now", "5 minutes ago", … up to a week; then the date, as for what is still to come. */
function relativeTime(moment: Date, now: number): string {
  const age = now - moment.getTime();
  // Clocks differ a little: what the database wrote a moment ago may seem to lie ahead.
  if (Math.abs(age) < MINUTE) return "just now";
  if (age < 0) return day.format(moment);
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), "hour");
  if (age < WEEK) return relative.format(-Math.floor(age / DAY), "day");
  return day.format(moment);
}
