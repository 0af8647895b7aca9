import { createContext, use } from "react";
import type { DateStyle } from "#app/domain/viewer.ts";
import type { Words } from "#app/messages/words.ts";
import { useWords } from "./words.ts";

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

/** A moment, said as the viewer likes it: "3 hours ago", or its date. The exact time is always in the markup. */
export function Time({ value }: { value: string }) {
  const { now, dateStyle } = use(ClockContext);
  const words = useWords();
  const moment = new Date(value);
  const utc = (format: Intl.DateTimeFormat) => words.t("time.utc", { moment: format.format(moment) });
  const exactly = utc(words.exact);
  const said = {
    relative: () => relativeTime(moment, now, words),
    absolute: () => exactly,
    // What is older than a week stays so, however long the page is kept; of what is not, the year goes without saying.
    dated: () => (now - moment.getTime() < WEEK ? utc(words.recent) : words.day.format(moment)),
  }[dateStyle];
  return (
    <time dateTime={moment.toISOString()} title={exactly}>
      {said()}
    </time>
  );
}

/** "just now", "5 minutes ago", … up to a week; then the date, as for what is still to come. */
function relativeTime(moment: Date, now: number, { t, relative, day }: Words): string {
  const age = now - moment.getTime();
  // Clocks differ a little: what the database wrote a moment ago may seem to lie ahead.
  if (Math.abs(age) < MINUTE) return t("time.now");
  if (age < 0) return day.format(moment);
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), "hour");
  if (age < WEEK) return relative.format(-Math.floor(age / DAY), "day");
  return day.format(moment);
}
