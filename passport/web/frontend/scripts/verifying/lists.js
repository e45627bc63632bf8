// The signed lists that a scanner keeps: keys, revocations, and rules with all that they need. Each is a compact JWS
// (ES256) around deflated JSON, as passport/trust/lists.py seals it; docs/scanner.md says whose signature counts.
import { inflateSync } from "fflate";

import { text as decodeText } from "./codecs/bytes.js";
import { parse } from "./codecs/jws.js";
import { Names } from "./rules/names.js";
import { Vaccines } from "./rules/vaccines.js";
import { Keyring } from "./trust/keyring.js";
import { Revocations } from "./trust/revocations.js";

const KINDS = { trust: "trust-list", revocations: "revocation-list", rules: "rules-list" };
const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const SECOND = 1000; // milliseconds

/** Why lists were refused: `reason` is "not_lists", "unknown_signer" or "older". */
export class ListsError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * The lists in the three texts of `GET /trust/bundle` ({trust, revocations, rules}), their signatures checked.
 *
 * `pinned` are the keys (JWK) that may sign lists: those of `/.well-known/jwks.json` as this origin served them, or
 * `signers` of lists that were opened before. `kept`, where lists are kept already, are those: older ones are refused.
 * Throws ListsError.
 *
 * Of what comes back a page needs: `signers` (JWK[], to be pinned from now on), `countries` (codes of those that have
 * rules), `policies` (name → {vi, en}), `names.country(code)` ({vi, en}), `zone`, and `ages` below. The rest is the
 * verifier's. Nothing of it can be stored as it is: keep the three texts.
 */
export async function openLists({ trust, revocations, rules }, { pinned, kept = null }) {
  const keys = await Promise.all(pinned.map(importKey));
  const [told, revoked, ruled] = await Promise.all(
    Object.entries({ trust, revocations, rules }).map(([name, text]) => unseal(text, KINDS[name], keys)),
  );
  const made = { trust: told.iat * SECOND, revocations: revoked.iat * SECOND, rules: ruled.iat * SECOND };
  if (kept && Object.keys(made).some((name) => made[name] < kept.made[name])) throw new ListsError("older");
  try {
    return opened({ told, revoked, ruled, made });
  } catch {
    throw new ListsError("not_lists");
  }
}

function opened({ told, revoked, ruled, made }) {
  const names = new Names(ruled);
  return {
    made,
    signers: told.signers,
    zone: ruled.zone,
    countries: [...new Set(ruled.rules.filter(({ type }) => type === "Acceptance").map(({ country }) => country))].sort(),
    policies: Object.fromEntries(ruled.policies.map(({ name, title }) => [name, title])),
    names,
    keyring: new Keyring(told.keys),
    revocations: new Revocations(revoked),
    rules: {
      names,
      since: Date.parse(ruled.since),
      rules: ruled.rules,
      policies: ruled.policies,
      vaccines: new Vaccines(ruled.vaccines),
      valueSets: ruled.value_sets,
      sentences: ruled.sentences,
      familyNames: ruled.family_names,
      icvpClaim: ruled.icvp_claim,
    },
    // What a list says is as old as what it was made of; where that has no date, as the list itself.
    dates: {
      trust: instant(told.updated_at) ?? made.trust,
      revocation: instant(revoked.updated_at) ?? made.revocations,
      rules: instant(ruled.updated_at),
    },
    maxAges: { trust: ruled.trust_max_age * SECOND, revocation: ruled.revocation_max_age * SECOND },
  };
}

/**
 * How old the lists are at `now` (a Date): `{trust, revocation, rules}`, each null or `{dated, age, left}`: a Date, and
 * two numbers of milliseconds, of which `left` is negative once the list is too old to be used (null: never too old).
 * A negative `age` means that the device's clock is wrong.
 */
export function ages({ dates, maxAges }, now) {
  return Object.fromEntries(
    Object.entries(dates).map(([name, dated]) => {
      if (dated === null) return [name, null];
      const age = now.getTime() - dated;
      return [name, { dated: new Date(dated), age, left: name in maxAges ? maxAges[name] - age : null }];
    }),
  );
}

const instant = (text) => (text === null ? null : Date.parse(text));

const importKey = ({ kty, crv, x, y }) => crypto.subtle.importKey("jwk", { kty, crv, x, y }, ECDSA, false, ["verify"]);

/** What the list in `text` says; throws ListsError unless one of `keys` signed it as `kind`. */
async function unseal(text, kind, keys) {
  let token;
  try {
    token = parse(text.trim());
  } catch {
    throw new ListsError("not_lists");
  }
  const { typ, alg, zip } = token.header;
  if (typ !== kind || alg !== "ES256" || zip !== "DEF") throw new ListsError("not_lists");
  const signed = await Promise.all(
    keys.map((key) => crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, token.signature, token.signed)),
  );
  if (!signed.includes(true)) throw new ListsError("unknown_signer");
  return JSON.parse(decodeText(inflateSync(token.payload))); // unbounded: it is the service's own;
}
