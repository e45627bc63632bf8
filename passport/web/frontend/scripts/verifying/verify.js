// Checking a certificate in the browser: the same straight line of eleven steps as passport/verifying/verify.py, and
// the same verdict. No network, no storage, no clock but the one given.
//
//   1 format   2 encoding, compression, structure   3 key   4 signature   5 key usage   6 content
//   7 time     8 revocation    9 rules    10 holder (compared by eye)    11 lists
import { dayIn } from "./domain/dates.js";
import { strip } from "./domain/names.js";
import { Findings } from "./findings.js";
import { READERS, detect } from "./formats/table.js";
import { judgePolicy } from "./rules/policies.js";
import { judgeRules } from "./rules/judging.js";
import * as steps from "./steps.js";

export { join, part } from "./formats/shc.js";

/**
 * Whether the certificate in `text` is to be accepted, and why not: a verdict of the one shape, every key present.
 *
 * `lists` is what `openLists` made. `now` is the real time (a Date, or null for the device's clock), `at` the clock of
 * the check (a Date, or null for `now`; a plain date means 00:00Z of it). `country` is an ISO 3166 alpha-2 code,
 * `policy` a name of `lists.policies`; null for none. Several codes of one SMART Health Card may stand in `text` with
 * white space between them: see `join`. Never rejects for any text; rejects with a RangeError for a policy that is
 * none. The holder is compared by eye: `holder_match` is null.
 */
export async function verify(text, asked) {
  const question = questionOf(asked);
  const findings = new Findings(question.lists, question.now);
  const genuine = await authenticate(strip(text), { ...question, findings });
  if (!genuine) return findings.verdict();
  return judge(genuine, { ...question, doses: genuine.certificate.doses, findings });
}

/** What is asked of a certificate, its instants in milliseconds: `now`, the real time, and `clock`, that of the check. */
export function questionOf({ lists, now = null, at = null, country = null, policy = null }) {
  const instant = (now ?? new Date()).getTime();
  return { lists, now: instant, clock: at ? at.getTime() : instant, country, policy };
}

/** Steps 1 to 6: what `text` is and who signed it; null when one of them failed, as `findings` tell. */
export async function authenticate(text, { lists, now, findings }) {
  const genuine = await findings.believing(async () => {
    const family = detect(text); // 1 format
    findings.format = family.name;
    const envelope = await family.open(text, { icvpClaim: lists.rules.icvpClaim }); // 2 encoding, compression, structure
    const { format } = envelope;
    findings.format = format;
    const keys = await steps.trustedKeys(envelope, lists.keyring); // 3 key
    const key = await steps.signingKey(envelope, keys); // 4 signature
    findings.test = key.test;
    steps.requireNotWithdrawn(key); // 5 key usage
    steps.requireUsage(key, { kind: READERS[format].kind(envelope), format });
    const certificate = READERS[format].read(envelope, key.country); // 6 content
    steps.requirePast(certificate, now);
    return { certificate, envelope, key };
  });
  if (findings.failed("unknown_issuer")) {
    // a key may be missing because the list is old
    await findings.during("lists", () => steps.requireFresh(lists.dates.trust, lists.maxAges.trust, now));
  }
  return genuine;
}

/** Steps 7 to 11 for a genuine certificate: all run; `doses` are all that are known of its holder. */
export async function judge({ certificate, envelope, key }, { lists, now, clock, country, policy, doses, findings }) {
  const { zone, rules, dates, maxAges } = lists;
  const on = dayIn(zone, clock);
  let status = rules.vaccines.status(doses, on);
  let report = null;
  await findings.during("time", () => {
    steps.requireInTime(certificate, clock, zone); // 7
    steps.requireKeyInTime(key, clock);
  });
  await findings.during("revocation", () => steps.requireNotRevoked(certificate, envelope, lists)); // 8
  const judged = status;
  if (policy !== null) {
    status = { ...status, policy }; // said even where the policy stays open
    await findings.during("rules", () => {
      status = judgePolicy(policy, judged, doses, { clock, on, rules }); // 9
      steps.requireMet(status.why);
    });
  }
  if (country !== null) {
    await findings.during("rules", () => {
      const answer = judgeRules(certificate, { country, doses, clock, on, rules });
      report = answer.report;
      steps.requireMet(answer.why);
      if (answer.undecided) throw answer.undecided;
    });
  }
  await findings.during("lists", () => {
    steps.requireFresh(dates.trust, maxAges.trust, now); // 11
    steps.requireFresh(dates.revocation, maxAges.revocation, now);
  });
  return findings.verdict({ certificate, status, rules: report });
}
