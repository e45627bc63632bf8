// The single steps of a check, in the order of `verify`: each throws a Failure with its reason, or passes
// (passport/verifying/steps.py).
import { DAY, dayIn, utcDay } from "./domain/dates.js";
import { Failure } from "./failure.js";
import * as signatures from "./codecs/signatures.js";
import { allows } from "./trust/keyring.js";

const SKEW = 60_000; // milliseconds that the issuer's clock may run ahead of ours; for nothing else

/** Step 3: every trusted key with the id and issuer of `envelope` whose type fits its algorithm. */
export async function trustedKeys(envelope, keyring) {
  const { keyId, keyIssuer: issuer, certificate, algorithm } = envelope;
  const named = await keyring.find({ keyId, issuer, certificate });
  if (!named.length) throw new Failure("unknown_issuer");
  const fitting = named.filter((key) => signatures.fits(algorithm, key.publicKey));
  if (!fitting.length) throw new Failure("unsupported_algorithm", "the algorithm is not the key's");
  return fitting;
}

/** Step 4: the key that made the signature. */
export async function signingKey({ algorithm, signature, signed }, keys) {
  for (const key of keys) {
    if (await signatures.verify({ algorithm, key: key.publicKey, signature, signed })) return key;
  }
  throw new Failure("bad_signature");
}

/** Step 5. */
export function requireUsage(key, { kind, format }) {
  if (!allows(key, { kind, format })) throw new Failure("key_not_allowed", `the key may not sign this kind: ${kind}`);
}

/** Step 5, before what the key may sign. */
export function requireNotWithdrawn(key) {
  if (key.withdrawn) throw new Failure("key_withdrawn");
}

/** Step 6: a dose or a sample of a day still to come; the day may have begun elsewhere. */
export function requirePast({ happenedOn }, now) {
  if (happenedOn && happenedOn > utcDay(now + DAY)) throw new Failure("bad_content", "a day in the future is told as past");
}

/** Step 7, by the certificate's own dates and period of protection; the last second still counts. */
export function requireInTime(certificate, clock, zone) {
  const { issuedAt, notBefore, expiresAt, protectsFrom, protectsUntil } = certificate;
  const on = dayIn(zone, clock);
  const outside = (reason, date) => new Failure(reason, null, { values: { date } });
  for (const begins of [issuedAt, notBefore]) {
    if (begins !== null && clock + SKEW < begins) throw outside("not_yet_valid", dayIn(zone, begins));
  }
  if (protectsFrom && on < protectsFrom) throw outside("not_yet_valid", protectsFrom);
  if (expiresAt !== null && clock > expiresAt) throw outside("expired", dayIn(zone, expiresAt));
  if (protectsUntil && on > protectsUntil) throw outside("expired", protectsUntil);
}

/** Step 7, by the key's own dates, which are inclusive. */
export function requireKeyInTime({ notBefore, notAfter }, clock) {
  const [early, late] = [notBefore !== null && clock < notBefore, notAfter !== null && clock > notAfter];
  if (early || late) throw new Failure("key_expired");
}

/** Step 8. */
export async function requireNotRevoked(certificate, envelope, { revocations, zone }) {
  const revoked = await revocations.check(certificate, envelope);
  if (!revoked) return;
  if (!revoked.replaced || revoked.at === null) throw new Failure("revoked");
  const values = { date: dayIn(zone, Date.parse(revoked.at)) };
  throw new Failure("revoked", "replaced", { variant: "replaced", values });
}

/** Step 9: with the sentence for `why` a policy or a rule is not met. */
export function requireMet(why) {
  if (why) throw new Failure("rule_failed", why.kind, { variant: why.kind, values: why.values });
}

/** Step 11: a list older than `maxAge`; one without a date has no age. */
export function requireFresh(dated, maxAge, now) {
  if (dated === null) return;
  const overdue = now - dated - maxAge;
  if (overdue > 0) throw new Failure("lists_stale", null, { values: { n: Math.max(1, Math.floor(overdue / DAY)) } });
}
