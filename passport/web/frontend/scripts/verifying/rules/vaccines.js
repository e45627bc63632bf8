// The vaccine catalogue and what a row of doses amounts to (passport/rules/schedules.py).
import { daysBetween } from "../domain/dates.js";
import { fold } from "../domain/names.js";

export const COVID_SNOMED = "840539006";
const COVID_ICD11 = "RA01"; // and its children, RA01.0 and RA01.1
const LONGEST_SERIES = 3; // doses; a fourth dose is always a booster
const NOISE = /\b(vac ?xin|vaccine|phong|covid ?-? ?19|tre em|nguoi lon)\b|\d+([.,]\d+)? ?ml\b/g;
const PARTS = /[()[\]/,;+]| - /;

const letters = (text) => fold(text).replace(/[^a-z0-9&]/g, "");
const own = (map, name) => (Object.hasOwn(map, name) ? map[name] : null);

/** Those of `doses` that were given against COVID-19. */
export const againstCovid = (doses) =>
  doses.filter(({ disease }) => disease === COVID_SNOMED || disease.startsWith(COVID_ICD11));

export class Vaccines {
  #spoken;
  #euProducts;
  #primaryDoses;

  constructor({ catalogue, spoken, eu_products: euProducts, primary_doses: primaryDoses }) {
    this.catalogue = catalogue;
    this.#spoken = spoken;
    this.#euProducts = euProducts;
    this.#primaryDoses = primaryDoses;
  }

  /** The vaccine of the Vietnamese campaign with this product code, {mp, vp, ma}, or null. */
  byProductCode(code) {
    return Object.values(this.catalogue).find(({ mp, codes }) => mp === code || codes.includes(code)) ?? null;
  }

  /** The EU product code of a dose, also where it names the product in another system's code or in words. */
  productOf(dose) {
    for (const code of [dose.product, dose.vaccine]) {
      const known = code && (Object.hasOwn(this.#primaryDoses, code) ? code : own(this.#euProducts, code));
      if (known) return known;
    }
    return (dose.product && this.#named(dose.product)) || dose.product;
  }

  /** How far the series of one person had come on the day `on`, from the statements of all certificates. */
  status(doses, on) {
    const ours = againstCovid(doses);
    if (!ours.length) return status("not_applicable");
    const given = inOrder(ours, on);
    const number = highest(given);
    if (!number) return status("none", { number: 0 });
    const required = given.map((dose) => this.#seriesLength(dose)).find(Boolean) ?? null;
    const lastDose = given.reduce((last, { date }) => (date && (!last || date > last) ? date : last), null);
    const told = { number, lastDose, daysSince: lastDose && daysBetween(lastDose, on) };
    const isBooster = number > (required ?? LONGEST_SERIES);
    if (isBooster) return status("boosted", { ...told, of: printedOf(given.at(-1), number, required) });
    return status(number === required ? "complete" : "partial", { ...told, of: required });
  }

  /** The product that a trade name or several mean; null when they do not agree or one is unknown. */
  #named(text) {
    const whole = own(this.#spoken, letters(text));
    if (whole) return whole;
    const parts = fold(text).replace(NOISE, " ").split(PARTS).map(letters).filter(Boolean);
    const found = new Set(parts.map((part) => own(this.#spoken, part)));
    return found.size === 1 ? [...found][0] : null;
  }

  /** Doses of the primary series that `dose` belongs to; null when neither product nor issuer tells. */
  #seriesLength(dose) {
    if (dose.of === 1) return 1;
    const length = own(this.#primaryDoses, this.productOf(dose) ?? "");
    return length ?? (dose.of ? Math.min(dose.of, LONGEST_SERIES) : null);
  }
}

function status(word, { number = null, of = null, lastDose = null, daysSince = null } = {}) {
  return { status: word, number, of, lastDose, daysSince, policy: null, meetsPolicy: null, why: null };
}

/** One statement a day, the highest-numbered, oldest first; statements without a date come first. */
function inOrder(doses, on) {
  const sorted = [...doses].sort((left, right) => {
    const [earlier, later] = [left.date ?? "", right.date ?? ""];
    return earlier === later ? (left.number ?? 0) - (right.number ?? 0) : earlier < later ? -1 : 1;
  });
  const byDay = new Map();
  for (const dose of sorted) if (!dose.date || dose.date <= on) byDay.set(dose.date, dose);
  return [...byDay.values()];
}

/** The ordinal of the latest dose: as numbered, or one more than before where numbering began anew; number 0 adds none. */
function highest(given) {
  return given.reduce((before, { number }) => (number === 0 ? before : Math.max(before + 1, number ?? 0)), 0);
}

/** The denominator shown for a booster: the issuer's own where it fits, else the EU convention. */
function printedOf(latest, number, required) {
  if (latest.of && latest.number === number && latest.of <= number) return latest.of;
  return required === 1 ? 1 : number;
}
