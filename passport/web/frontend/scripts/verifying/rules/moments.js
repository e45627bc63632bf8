// The dates of CertLogic: which texts are dates, and the arithmetic of `Date` in UTC (passport/rules/moments.py).
import { inCalendar } from "../domain/dates.js";

export const TIME_UNITS = ["year", "month", "day", "hour"];

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{1,2}):?(\d{2})?)?$/;
const [HOUR, MINUTE, DAY] = [3_600_000, 60_000, 86_400_000]; // milliseconds

/** Whether `text` has the form of a date, a month or a year, without a time. */
export const isDate = (text) => DATE.test(text);

/** The instant that `text` names, a Date; a month or a year alone is its last day. Throws for another form. */
export function readMoment(text) {
  const [date, year, month = "12", day] = DATE.exec(text) ?? [];
  if (date) return exact(`${year}-${month}-${day ?? lastDay(year, month)}T00:00:00`, 0);
  const [whole, local, fraction = "", sign, hours = "0", minutes = "0"] = DATE_TIME.exec(text) ?? [];
  if (!whole) throw new RangeError("not an allowed date or date-time");
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE;
  if (offset >= DAY || Number(minutes) > 59) throw new RangeError("no such offset");
  return exact(local, Number(`${fraction}000`.slice(0, 3)) + (sign === "-" ? offset : -offset));
}

const lastDay = (year, month) => new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();

/** A time of the calendar, so many milliseconds later. */
function exact(local, later) {
  const instant = Date.parse(`${local}Z`);
  if (!inCalendar(instant) || new Date(instant).toISOString().slice(0, 19) !== local) throw new RangeError("no such date");
  return within(instant + later);
}

/** `moment` with `amount` units added; a day that the month lacks runs over. Throws beyond the calendar. */
export function moved(moment, amount, unit) {
  if (unit === "day" || unit === "hour") return within(moment.getTime() + amount * (unit === "day" ? DAY : HOUR));
  const months = moment.getUTCFullYear() * 12 + moment.getUTCMonth() + amount * (unit === "year" ? 12 : 1);
  const first = new Date(moment);
  first.setUTCFullYear(Math.floor(months / 12), ((months % 12) + 12) % 12, 1);
  within(first.getTime());
  return within(first.getTime() + (moment.getUTCDate() - 1) * DAY);
}

function within(instant) {
  if (!inCalendar(instant)) throw new RangeError("no such date");
  return new Date(instant);
}
