// The content of a believed credential: its shape against the schema of its format, its dates as dates.
import { Failure } from "../failure.js";
import { earliest, inCalendar, partialDate, realDay } from "../domain/dates.js";
import { strip } from "../domain/names.js";
import { fault } from "./schema.js";

const DATE_WITH_TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[^\n]*)?$/; // other ISO 8601 forms are in no format

const refuse = (detail) => {
  throw new Failure("bad_content", detail);
};

/** Throws bad_content naming the place, never the value, where `value` breaks `schema`. */
export function check(value, schema, name) {
  if (!isJson(value)) refuse("content that JSON cannot hold");
  const path = fault(schema, value);
  if (path) refuse(`${path.join("/") || "the whole"}: not as ${name} asks`);
}

function isJson(value) {
  if (value instanceof Map || value instanceof Uint8Array) return false;
  return value === null || typeof value !== "object" || Object.values(value).every(isJson);
}

/** The day in a date or a date with time; throws bad_content when there is no such day. */
export const day = (text) => realDay(DATE_WITH_TIME.exec(text)?.[1] ?? "") ?? refuse("a day that does not exist");

/** A birth date that may be partial, null when it is not told; throws bad_content. */
export function born(text) {
  if (!text || !strip(text)) return null;
  return partialDate(DATE_WITH_TIME.exec(text)?.[1] ?? text) ?? refuse("a birth date that does not exist");
}

/** The instant of a NumericDate (RFC 7519 section 2); throws bad_content. */
export function moment(seconds) {
  if (typeof seconds !== "number") refuse("a time that is no number of seconds");
  return inCalendar(seconds * 1000) ? seconds * 1000 : refuse("a time out of range");
}

/** The same for a time that need not be told. */
export const maybeMoment = (seconds) => (seconds ?? null) === null ? null : moment(seconds);

/** Throws bad_content when one of `days` lies before the birth. */
export function requireAfterBirth(birth, days) {
  if (birth && days.some((told) => told && told < earliest(birth))) refuse("a day before the birth");
}

/** The latest of some days, null where none is told. */
export const latest = (days) => days.reduce((last, told) => (told && (!last || told > last) ? told : last), null);
