// Named policies that a checkpoint chooses, judged over the dose status (passport/rules/policies.py).
import { Failure } from "../failure.js";
import { addDays } from "../domain/dates.js";
import { againstCovid } from "./vaccines.js";

const USUAL_SERIES = 2; // doses; what is asked for where no product tells

/**
 * `status` with the answer of the policy `name`: whether it is met, and if not why and from when. Throws a RangeError
 * for a name that is none, and rules_open.
 */
export function judgePolicy(name, status, doses, { clock, on, rules }) {
  const policy = inForce(name, { clock, on, rules });
  const why = tooFew(policy, status) ?? otherProduct(policy, status, doses, rules) ?? wrongDay(policy, status, on);
  return { ...status, policy: name, meetsPolicy: why === null, why };
}

function inForce(name, { clock, on, rules }) {
  const versions = rules.policies.filter((policy) => policy.name === name);
  if (!versions.length) throw new RangeError(`no such policy: ${name}`);
  const begun = versions.filter((policy) => Date.parse(policy.valid_from) <= clock);
  const held = begun.find(({ valid_to: until }) => until === null || clock < Date.parse(until));
  return held ?? open(versions[0], on, "no version of the policy is in force");
}

function tooFew(policy, { status, number, of }) {
  if (status === "boosted" || status === policy.require) return null;
  const needed = (of || USUAL_SERIES) + (policy.require === "boosted" ? 1 : 0);
  return { kind: "doses", values: { number: number || 0, of: Math.max(needed, (number || 0) + 1) } };
}

/** Only the last dose is asked: showing an older certificate as well must never make the answer worse. */
function otherProduct(policy, { lastDose }, doses, { vaccines, names }) {
  if (policy.products === null) return null;
  const products = againstCovid(doses).filter(({ date }) => date === lastDose).map((dose) => vaccines.productOf(dose));
  if (products.some((product) => policy.products.includes(product))) return null;
  return { kind: "product", values: { product: names.of("product", products[0] ?? ""), country: policy.country } };
}

function wrongDay(policy, { status, lastDose, daysSince }, on) {
  const least = status === "complete" ? policy.min_days : null;
  const most = policy.max_days;
  if (least === null && most === null) return null;
  if (lastDose === null) open(policy, on, "the last dose has no date");
  if (least !== null && daysSince < least) {
    return { kind: "too_soon", values: { days: daysSince, min: least, date: addDays(lastDose, least) } };
  }
  return most !== null && daysSince > most ? { kind: "too_long", values: { days: daysSince, max: most } } : null;
}

function open(policy, on, detail) {
  throw new Failure("rules_open", detail, { values: { country: policy.country, date: on } });
}
