// Several certificates of one person, judged together: each is checked by itself, the rules over all doses
// (passport/verifying/several.py, request.py).
import { outcomeOf, headingOf } from "./failure.js";
import { Findings } from "./findings.js";
import { split } from "./formats/shc.js";
import { match } from "./holder.js";
import { latinName, strip } from "./domain/names.js";
import { told } from "./sentences.js";
import { authenticate, judge, questionOf, verify } from "./verify.js";

const CARDS_MOST = 20; // in one file

/**
 * The verdict on one credential as `verify` gives it; the cards of a file of several are judged together and answered
 * as one verdict: that of the card which decided.
 */
export async function answer(text, asked) {
  const cards = split(strip(text));
  if (cards.length < 2 || cards.length > CARDS_MOST) return verify(cards.length === 1 ? cards[0] : text, asked);
  const { results: _, deciding, ...said } = await verifySeveral(cards, asked);
  return { ...deciding, ...said };
}

/**
 * Whether the person of all `texts` is to be accepted: {outcome, reason, heading, message, advice, results, deciding}.
 *
 * A certificate that is not genuine, not in time, revoked or another person's spoils the whole. A policy is judged over
 * the doses of all; the rules of a country are met when one certificate meets them. Rejects as `verify`.
 */
export async function verifySeveral(texts, asked) {
  const question = questionOf(asked);
  const checks = await Promise.all(
    texts.map(async (text) => {
      const findings = new Findings(question.lists, question.now);
      return { findings, genuine: await authenticate(strip(text), { ...question, findings }) };
    }),
  );
  const certificates = checks.filter(({ genuine }) => genuine).map(({ genuine }) => genuine.certificate);
  const doses = certificates.flatMap((certificate) => certificate.doses);
  const results = await Promise.all(
    checks.map(({ findings, genuine }) => (genuine ? judge(genuine, { ...question, doses, findings }) : findings.verdict())),
  );
  const spoiling = results.find(({ outcome, reason }) => outcome === "invalid" && reason !== "rule_failed");
  if (!spoiling && !onePerson(certificates, question.lists.rules)) return differentPeople(results, question.lists);
  const deciding = spoiling ?? [...results].sort(byRank)[0];
  const { outcome, reason, heading, message, advice } = deciding;
  return { outcome, reason, heading, message, advice, results, deciding };
}

function differentPeople(results, { rules }) {
  const reason = "holder_differs";
  const said = told({ reason, variant: "several" }, rules);
  return { outcome: outcomeOf(reason), reason, heading: headingOf(reason), ...said, results, deciding: results[0] };
}

/** Which one speaks for the person: one that could not be read, one that meets the rules, the latest dose. */
function byRank(one, other) {
  const [[place, latest], [otherPlace, otherLatest]] = [rank(one), rank(other)];
  if (place !== otherPlace) return place - otherPlace;
  return latest === otherLatest ? 0 : latest > otherLatest ? -1 : 1;
}

function rank({ certificate, reason }) {
  if (!certificate) return [0, ""]; // an issuer unknown to a stale list
  const latest = certificate.doses.reduce((last, { date }) => (date && date > last ? date : last), "");
  return [reason ? ({ rule_failed: 2, rules_open: 3 }[reason] ?? 1) : 1, latest];
}

/** Whether every two of them can be the same person. */
function onePerson(certificates, { familyNames }) {
  const holders = certificates.map(({ holder }) => holder);
  return holders.every((one, place) =>
    holders.slice(place + 1).every((other) => {
      const name = [one.family, one.given].filter(Boolean).join(" ") || latinName(one.latin);
      return !Object.values(match({ name, born: one.born }, other, familyNames)).includes("different");
    }),
  );
}
