// Checking a certificate in the browser: the same straight line of eleven steps as passport/verifying/verify.py, and
// the same verdict. No network, no storage, no clock but the one given.

/**
 * Whether the certificate in `text` is to be accepted, and why not: a verdict of the one shape, every key present.
 *
 * `lists` is what `openLists` made, null where none were ever loaded (the verdict is then `unavailable`). `now` is
 * the real time (a Date, or null for the device's clock), `at` the clock of the check (a Date, or null for `now`; a
 * plain date means 00:00Z of it). `country` is an ISO 3166 alpha-2 code, `policy` a name of `lists.policies`; null for
 * none. Several codes of one SMART Health Card may stand in `text` with white space between them: see `join`.
 * Never rejects for any text; throws for a policy that is none. The holder is compared by eye: `holder_match` is null.
 */
export async function verify(text, { lists, now = null, at = null, country = null, policy = null }) {
  throw new Error("to come");
}

/** Texts that were read, with all parts of a card as one text in the place of the first. */
export function join(texts) {
  return texts;
}

/** Which part of how many a code is, {place, total}; null for whatever is no part of a card in several codes. */
export function part(text) {
  return null;
}
