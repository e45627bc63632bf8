// The signed lists that a scanner keeps: keys, revocations, and rules with all that they need.

/**
 * The lists in the three texts of `GET /trust/bundle` ({trust, revocations, rules}), their signatures checked.
 *
 * `pinned` are the keys (JWK) that may sign lists: those of `/.well-known/jwks.json` as this origin served them, or
 * `signers` of lists that were opened before. `kept`, where lists are kept already, are those: older ones are refused.
 * Throws ListsError with `reason` "not_lists", "unknown_signer", "bad_signature" or "older".
 *
 * Of what comes back a page needs: `signers` (JWK[], to be pinned from now on), `countries` (those that have
 * rules), `policies` (name → {vi, en}), `zone`, and `ages` below. The rest is the verifier's.
 */
export async function openLists({ trust, revocations, rules }, { pinned, kept = null }) {
  throw new ListsError("not_lists");
}

/**
 * How old the lists are at `now`: `{trust, revocation, rules}`, each null or `{dated, age, left}`: a Date, and two
 * numbers of milliseconds, of which `left` is negative once the list is too old to be used (null: never too old).
 * A negative `age` means that the device's clock is wrong.
 */
export function ages(lists, now) {
  return { trust: null, revocation: null, rules: null };
}

/** Why lists were refused: `reason` is one of the words above. */
export class ListsError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}
