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

/** A date without its year is clear for so long, on a page that was kept for a day too. */
const MOST_OF_A_YEAR = 300 * DAY;

type Props = {
  value: string;
  /** In a list: the day or the month is enough. */
  isShort?: boolean;
};

/** A moment, said as the viewer likes it: "3 hours ago", or its date. The exact time is always in the markup. */
export function Time({ value, isShort = false }: Props) {
  const { now, dateStyle } = use(ClockContext);
  const words = useWords();
  const moment = new Date(value);
  const utc = (format: Intl.DateTimeFormat) => words.t("time.utc", { moment: format.format(moment) });
  const exactly = utc(words.exact);
  const age = now - moment.getTime();
  const short = age < MOST_OF_A_YEAR ? words.dayOfYear : words.month;
  const date = (isShort ? short : words.day).format(moment);
  const said = {
    relative: () => relativeTime(age, isShort ? words.relativeShort : words.relative, words) ?? date,
    absolute: () => exactly,
    // What is older than a week stays so, however long the page is kept; of what is not, the year goes without saying.
    dated: () => (age < WEEK && !isShort ? utc(words.recent) : date),
  }[dateStyle];
  return (
    <time dateTime={moment.toISOString()} title={exactly}>
      {said()}
    </time>
  );
}

/** "just now", "5 minutes ago", … up to a week; null for what is older, or still to come. */
function relativeTime(age: number, relative: Intl.RelativeTimeFormat, { t }: Words): string | null {
  // Clocks differ a little: what the database wrote a moment ago may seem to lie ahead.
  if (Math.abs(age) < MINUTE) return t("time.now");
  if (age < 0) return null;
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), "hour");
  if (age < WEEK) return relative.format(-Math.floor(age / DAY), "day");
  return null;
}
