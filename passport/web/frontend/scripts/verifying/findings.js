// What the steps of one check found, and the verdict that it amounts to (passport/verifying/findings.py).
import { latinName } from "./domain/names.js";
import { utcText } from "./domain/dates.js";
import { Failure, STEPS, STEP_OF, headingOf, outcomeOf } from "./failure.js";
import { told } from "./sentences.js";

const BELIEVING = STEPS.slice(1, 9); // format to content: steps 1 to 6

/** The steps of one check as they go by; a step that is never entered was skipped. */
export class Findings {
  format = null;
  test = false;
  #failures = new Map();
  #passed = new Set();

  constructor(lists, now) {
    this.lists = lists;
    this.now = now;
  }

  /** Steps 1 to 6, of which the first failure ends all; null when there was one. */
  async believing(steps) {
    let passed = BELIEVING;
    let found = null;
    try {
      found = await steps();
    } catch (error) {
      const step = this.#add(error);
      passed = step ? BELIEVING.slice(0, BELIEVING.indexOf(step)) : [];
    }
    passed.forEach((step) => this.#passed.add(step));
    return found;
  }

  /** One step whose failure ends nothing else. */
  async during(step, perform) {
    try {
      await perform();
      this.#passed.add(step);
    } catch (error) {
      this.#add(error);
    }
  }

  failed(reason) {
    return this.#failures.has(reason);
  }

  verdict({ certificate = null, status = null, rules = null } = {}) {
    const failure = this.#deciding();
    const reason = failure?.reason ?? null;
    const { dates, rules: said } = this.lists;
    return {
      outcome: outcomeOf(reason),
      reason,
      heading: headingOf(reason),
      test: this.test,
      ...told(failure, said),
      format: this.format,
      steps: STEPS.map((step) => this.#step(step)),
      certificate: certificate && certificateJson(certificate, said.names),
      dose_status: status && statusJson(status),
      rules,
      holder_match: null,
      lists: { trust: utcText(dates.trust), revocation: utcText(dates.revocation), rules: utcText(dates.rules) },
      checked_at: utcText(this.now),
    };
  }

  /** Keeps a failure and answers its step; what is no failure of a credential is a fault of ours and goes on. */
  #add(error) {
    if (!(error instanceof Failure)) throw error;
    if (!this.#failures.has(error.reason)) this.#failures.set(error.reason, error);
    return STEP_OF[error.reason];
  }

  /** The failure that names the reason: the first invalid one, but an unknown issuer under a stale list is that list. */
  #deciding() {
    if (this.failed("unknown_issuer") && this.failed("lists_stale")) return this.#failures.get("lists_stale");
    const failures = [...this.#failures.values()];
    return failures.find(({ reason }) => outcomeOf(reason) === "invalid") ?? failures[0] ?? null;
  }

  #step(step) {
    const here = [...this.#failures.values()].filter(({ reason }) => STEP_OF[reason] === step);
    const failure = here.find(({ reason }) => outcomeOf(reason) === "invalid") ?? here.at(-1);
    if (failure) return { step, result: "failed", reason: failure.reason, detail: failure.detail };
    return { step, result: this.#passed.has(step) ? "passed" : "skipped", reason: null, detail: null };
  }
}

function certificateJson(certificate, names) {
  const { holder } = certificate;
  const latin = latinName(holder.latin);
  return {
    id: certificate.identifier,
    kind: certificate.kind,
    issuer: certificate.issuer,
    country: certificate.country,
    key_id: certificate.keyId,
    issued_at: utcText(certificate.issuedAt),
    expires_at: utcText(certificate.expiresAt),
    holder: {
      name: [holder.family, holder.given].filter(Boolean).join(" ") || latin,
      family_name: holder.family,
      given_name: holder.given,
      transliterated: latin,
      born: holder.born,
    },
    doses: certificate.doses.map((dose) => doseJson(dose, names)),
  };
}

function doseJson(dose, names) {
  const { disease, vaccine, product, manufacturer, number, of, date, country, lot } = dose;
  const codes = { disease, vaccine, product, manufacturer };
  const named = Object.entries(codes).map(([field, code]) => [field, code ? names.of(field, code) : null]);
  return { ...codes, names: Object.fromEntries(named), number, of, date, country, lot };
}

function statusJson({ status, number, of, lastDose, daysSince, policy, meetsPolicy, why }) {
  return {
    status,
    number,
    of,
    last_dose: lastDose,
    days_since: daysSince,
    policy,
    meets_policy: meetsPolicy,
    why: why && { kind: why.kind, ...why.values },
  };
}
