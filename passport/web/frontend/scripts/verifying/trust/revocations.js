// Whether a certificate was revoked, by whoever may say so: compared by identifier (passport/trust/revocation.py).
import * as bytes from "../codecs/bytes.js";
import { decodeBase64url } from "../codecs/rfc4648.js";
import { PREFIX, normalise, whole } from "../formats/uvci.js";

const COUNTRY = /^[A-Z]{2,3}$/;
const DIGEST = 16; // bytes of SHA-256 by which lists compare

/** Everything that is known to be revoked: our own list, ranges, and what was imported. */
export class Revocations {
  #own;
  #imported;
  #ranges;

  constructor({ entries, own, ranges }) {
    const byHash = (some) => new Map(some.map((entry) => [entry.hash, entry]));
    this.#own = byHash(entries.slice(0, own));
    this.#imported = byHash(entries.slice(own));
    this.#ranges = ranges;
  }

  /** What revokes a certificate, {at, replaced}, or null; applies at every clock of a check. */
  async check(certificate, { algorithm, signature }) {
    const { identifier } = certificate;
    for (const digest of identifier ? await ownDigests(identifier) : []) {
      if (this.#own.has(digest)) return this.#own.get(digest);
    }
    const range = this.#ranges.find(({ range }) => covers(range, certificate));
    if (range) return { at: range.at, replaced: false };
    if (!this.#imported.size) return null;
    for (const digest of await importedDigests(certificate, { algorithm, signature })) {
      const entry = this.#imported.get(digest);
      if (entry && applies(entry, certificate.issuedAt)) return entry;
    }
    return null;
  }
}

/** The hash of our own identifiers, and what a revocation id of ours stands for. */
async function ownDigests(identifier) {
  const digests = [await digestOf(normalise(identifier))];
  try {
    const told = decodeBase64url(identifier);
    if (told.length === DIGEST) digests.push(bytes.hex(told));
  } catch {
    // the id of another issuer
  }
  return digests;
}

async function importedDigests({ identifier, country, statedCountry, issuer, keyId }, { algorithm, signature }) {
  const digests = [await signatureDigest(signature, algorithm)];
  if (identifier) {
    const countries = [country, statedCountry, issuer].filter((told) => COUNTRY.test(told ?? ""));
    const [named, bare] = [whole(identifier), normalise(identifier)];
    for (const text of new Set([identifier, named, PREFIX + named, bare, PREFIX + bare])) {
      for (const before of ["", ...countries]) digests.push(await digestOf(before + text));
    }
    digests.push(await digestOf(`rid:${keyId}:${identifier}`));
  }
  return digests;
}

/** The hash type SIGNATURE: of r alone for ECDSA, so that the twin signature (r, n−s) does not escape. */
async function signatureDigest(signature, algorithm) {
  const counted = algorithm.startsWith("ES") ? signature.subarray(0, signature.length >> 1) : signature;
  return bytes.hex((await bytes.sha256(counted)).subarray(0, DIGEST));
}

const digestOf = async (text) => bytes.hex((await bytes.sha256(bytes.utf8(text))).subarray(0, DIGEST));

/** What a list revokes only up to a time spares the certificates issued from then on. */
function applies({ at, earlier_only: earlierOnly }, issuedAt) {
  return !earlierOnly || issuedAt === null || issuedAt < (at === null ? 0 : Date.parse(at));
}

/** Whether a certificate lies in the range; one without a time of issue lies in every span of time. */
function covers(range, { identifier, country, keyId, issuer, issuedAt }) {
  const { issuer: whose, key_id: key, identifier_prefix: start, issued_from: from, issued_until: until } = range;
  return (
    (whose === null || whose === issuer || whose === country) &&
    (key === null || key === keyId) &&
    (start === null || normalise(identifier ?? "").startsWith(start)) &&
    (from === null || issuedAt === null || issuedAt >= Date.parse(from)) &&
    (until === null || issuedAt === null || issuedAt < Date.parse(until))
  );
}
