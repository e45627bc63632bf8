// Whether a certificate meets the rules of a country: every rule's result, and why not (passport/rules/rulesets.py,
// judging.py, dcc.py).
import { Failure } from "../failure.js";
import { Open } from "./certlogic.js";
import { explain } from "./explaining.js";
import { met } from "./rule.js";
import { COVID_SNOMED, againstCovid } from "./vaccines.js";

/**
 * How `certificate` comes out under the rules of `country`: {report, why, undecided}, where `why` says why they are not
 * met and `undecided` is the Failure that one could not be evaluated; `doses` are all that are known of the holder.
 * Throws rules_open when they decide nothing.
 */
export function judgeRules(certificate, { country, doses, clock, on, rules }) {
  const open = (detail) => new Failure("rules_open", detail, { values: { country, date: on } });
  if (clock < rules.since) throw open("rules of that time are not kept here");
  const chosen = inForce(rules.rules, { country, certificate, clock });
  if (chosen.every(({ type }) => type === "Invalidation")) throw open("no rules in force");
  const status = standing(certificate, { doses, on, vaccines: rules.vaccines });
  const payload = dccPayload(certificate, { status, on, vaccines: rules.vaccines });
  if (!payload) throw open("the certificate tells nothing that rules look at");
  const data = { payload, external: external(certificate, { country, clock, rules }) };
  const results = chosen.map((rule) => ({ id: rule.id, result: outcome(rule, data), description: rule.description }));
  const failed = chosen.filter((_, place) => results[place].result === "failed");
  const undecided = results.filter(({ result }) => result === "open").map(({ id }) => id);
  return {
    report: { country, results },
    why: failed.length ? explain(failed, { among: chosen, data, certificate, status, on, rules }) : null,
    undecided: undecided.length ? open(undecided.join(" ")) : null,
  };
}

function outcome(rule, data) {
  try {
    return met(rule, data) ? "passed" : "failed";
  } catch (error) {
    if (error instanceof Open) return "open";
    throw error;
  }
}

/**
 * The rules that a certificate must meet: those of the country of arrival, and those by which its own country declares
 * certificates invalid; of each the highest version in force, which comes last.
 */
function inForce(rules, { country, certificate, clock }) {
  const chosen = new Map();
  for (const rule of rules) {
    const theirs = rule.type === "Acceptance" ? country : certificate.country;
    const looks = rule.kind === null || rule.kind === certificate.kind;
    const holds = Date.parse(rule.valid_from) <= clock && clock < Date.parse(rule.valid_to);
    if (rule.country === theirs && looks && holds) chosen.set(rule.id, rule);
  }
  return [...chosen.values()];
}

/** The certificate of the latest dose speaks for all doses, an older one for its own. */
function standing(certificate, { doses, on, vaccines }) {
  const [own, joint] = [vaccines.status(certificate.doses, on), vaccines.status(doses, on)];
  return joint.lastDose === own.lastDose ? joint : own;
}

/**
 * What rules read at `payload`: an EU certificate as it stands, unless others of its holder make its dose another one
 * of the series; another's latest dose in the same shape; else null.
 */
function dccPayload(certificate, { status, on, vaccines }) {
  if (certificate.format === "hc1") {
    const alone = vaccines.status(certificate.doses, on);
    const same = status.number === alone.number && status.of === alone.of;
    return same ? certificate.payload : numbered(certificate.payload, status);
  }
  if (certificate.kind !== "vaccination") return null;
  const latest = againstCovid(certificate.doses).find(({ date }) => date && date === status.lastDose);
  if (!latest) return null;
  const code = vaccines.productOf(latest);
  const vaccine = vaccines.byProductCode(code ?? "");
  const { family, given, latin, born } = certificate.holder;
  return {
    ver: "1.3.0",
    nam: { fn: family ?? "", fnt: latin.family, gn: given ?? "", gnt: latin.given },
    dob: born ?? "",
    v: [
      {
        tg: COVID_SNOMED,
        vp: vaccine?.vp ?? latest.vaccine,
        mp: code,
        ma: vaccine?.ma ?? latest.manufacturer,
        dn: status.number,
        sd: status.of,
        dt: latest.date,
        co: latest.country || certificate.country,
        is: certificate.issuer,
        ci: certificate.identifier,
      },
    ],
  };
}

const numbered = (payload, { number, of }) => ({
  ...payload,
  ...(payload.v && { v: payload.v.map((entry) => ({ ...entry, dn: number, sd: of })) }),
});

function external(certificate, { country, clock, rules }) {
  const text = (instant) => (instant === null ? null : new Date(instant).toISOString());
  return {
    validationClock: text(clock),
    valueSets: rules.valueSets,
    countryCode: country,
    issuerCountryCode: certificate.country,
    kid: inBase64(certificate.keyId),
    iat: text(certificate.issuedAt),
    exp: text(certificate.expiresAt),
    region: "",
  };
}

/** A hexadecimal key id in base64, as rules are given it; a textual one as it stands. */
function inBase64(keyId) {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(keyId)) return keyId;
  return btoa(keyId.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))));
}
