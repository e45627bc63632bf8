// Instants are numbers of milliseconds, days are texts YYYY-MM-DD: both compare as they stand.

export const DAY = 86_400_000; // milliseconds
const [FIRST, LAST] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z")];
const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
];
const PARTIAL = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const writers = new Map();

/** Whether an instant lies in the years 1 to 9999, which calendars here have. */
export const inCalendar = (instant) => instant >= FIRST && instant <= LAST;

/** The day itself if it exists, else null. */
export function realDay(text) {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return inCalendar(instant) && utcDay(instant) === text ? text : null;
}

/** A date of which the day or the month may be unknown, if it exists, else null. */
export function partialDate(text) {
  return PARTIAL.test(text) && realDay(earliest(text)) ? text : null;
}

/** The first day that a partial date can be. */
export const earliest = (partial) => `${partial}-01-01`.slice(0, 10);

/** The day of an instant in UTC. */
export const utcDay = (instant) => new Date(instant).toISOString().slice(0, 10);

/** The calendar day of an instant in the time zone `zone`. */
export function dayIn(zone, instant) {
  if (!writers.has(zone)) {
    const digits = { year: "numeric", month: "2-digit", day: "2-digit" };
    writers.set(zone, new Intl.DateTimeFormat("en-CA", { timeZone: zone, ...digits }));
  }
  const told = Object.fromEntries(writers.get(zone).formatToParts(instant).map(({ type, value }) => [type, value]));
  // The last hours of the year 9999 have no tomorrow.
  return told.year.length > 4 ? utcDay(instant) : `${told.year.padStart(4, "0")}-${told.month}-${told.day}`;
}

export const daysBetween = (earlier, later) => (Date.parse(later) - Date.parse(earlier)) / DAY;

/** The day so many days after `day`; null beyond the calendar. */
export function addDays(day, days) {
  const instant = Date.parse(day) + days * DAY;
  return inCalendar(instant) ? utcDay(instant) : null;
}

/** An instant as RFC 3339 in UTC with whole seconds; null stays null. */
export const utcText = (instant) => (instant === null ? null : `${new Date(instant).toISOString().slice(0, 19)}Z`);

/** A day, or what is known of it, as both languages write it. */
export function spokenDay(text) {
  const [, year, month, day] = PARTIAL.exec(text);
  const [name, plainYear] = [MONTHS[month - 1], String(Number(year))];
  return {
    vi: [day, month, year].filter(Boolean).join("/"),
    en: [day && Number(day), name, plainYear].filter(Boolean).join(" "),
  };
}
