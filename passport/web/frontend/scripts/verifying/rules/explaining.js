// Why a rule is not met, found by asking it again: later, earlier, with another product, with more doses
// (passport/rules/explaining.py).
import { Open } from "./certlogic.js";
import { addDays } from "../domain/dates.js";
import { met } from "./rule.js";
import { againstCovid } from "./vaccines.js";

const DAYS_AHEAD = 400; // how far ahead a rule is asked; published rules let nobody wait a year
const DAYS_AFTER = 2_000; // the oldest dose that a rule is asked about; published rules accept 365 days at most
const STEP_DAYS = 7; // published rules accept a vaccination for months
const MORE_DOSES = 3;
const WIDELY_ACCEPTED = ["pfizer", "astrazeneca", "janssen"];
const OTHER = { kind: "other", values: {} };
// What is told first when rules fail for several reasons: waiting helps only where nothing else is wrong.
const ORDER = ["doses", "product", "too_long", "other", "too_soon"];

/** Why the rules `failed` on the day `on`, one reason for all; `too_soon` names the first day on which all are met. */
export function explain(failed, { among, data, certificate, status, on, rules }) {
  if (certificate.kind !== "vaccination" || status.daysSince === null) return OTHER;
  const latest = againstCovid(certificate.doses).find(({ date }) => date === status.lastDose);
  const { vaccines, names } = rules;
  const asked = { data, status, days: status.daysSince, product: vaccines.productOf(latest) ?? "", on, vaccines, names };
  const place = ({ kind }) => ORDER.indexOf(kind);
  const [first] = failed.map((rule) => reason(rule, asked)).sort((left, right) => place(left) - place(right));
  return first.kind === "too_soon" ? (waiting(among, asked) ?? OTHER) : first;
}

/** The probes in the order in which they explain best: a series that was only begun before anything else. */
function reason(rule, asked) {
  const probes = [waiting, tooLong, product, doses];
  if (asked.status.status === "partial") probes.unshift(doses);
  for (const probe of probes) {
    const why = probe([rule], asked);
    if (why) return why;
  }
  return OTHER;
}

function doses(rules, { data, status }) {
  const [number, of] = [status.number || 0, status.of || 0];
  for (let enough = number + 1; enough <= number + MORE_DOSES; enough++) {
    for (const sd of [Math.max(of, enough), of]) { // 3/3, or 2/1 after a series of one
      if (allMet(rules, withEntry(data, { dn: enough, sd }))) return { kind: "doses", values: { number, of: enough } };
    }
  }
  return null;
}

function waiting(rules, asked) {
  const later = firstOf(range(1, DAYS_AHEAD), (days) => allMet(rules, onDay(asked, days)));
  if (later === null) return null;
  return { kind: "too_soon", values: { days: asked.days, min: asked.days + later, date: addDays(asked.on, later) } };
}

function tooLong(rules, asked) {
  const ages = range(0, Math.min(asked.days - 1, DAYS_AFTER)).reverse();
  const age = firstOf(ages, (days) => allMet(rules, onDay(asked, days - asked.days)));
  return age === null ? null : { kind: "too_long", values: { days: asked.days, max: age } };
}

const range = (first, last) => Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place);

/** The first of `days` on which a rule is met: found in steps, then day by day back to where that began. */
function firstOf(days, isMet) {
  for (let place = 0; place < days.length; place += STEP_DAYS) {
    if (!isMet(days[place])) continue;
    while (place > 0 && isMet(days[place - 1])) place -= 1;
    return days[place];
  }
  return null;
}

function product(rules, asked) {
  const { data, vaccines, names } = asked;
  const others = WIDELY_ACCEPTED.map((key) => vaccines.catalogue[key]);
  if (!others.some(({ mp, vp, ma }) => allMet(rules, withEntry(data, { mp, vp, ma })))) return null;
  return { kind: "product", values: { product: names.of("product", asked.product), country: data.external.countryCode } };
}

/** The data on another day, at 00:00Z: what a check for that day is asked with. */
function onDay({ data, on }, days) {
  return { ...data, external: { ...data.external, validationClock: `${addDays(on, days)}T00:00:00+00:00` } };
}

function withEntry(data, changes) {
  const entries = (data.payload.v ?? []).map((entry) => ({ ...entry, ...changes }));
  return { ...data, payload: data.payload.v ? { ...data.payload, v: entries } : data.payload };
}

function allMet(rules, data) {
  try {
    return rules.every((rule) => met(rule, data));
  } catch (error) {
    if (error instanceof Open) return false;
    throw error;
  }
}
