// Why a certificate was not accepted: the reasons of a verdict, the step of each, what they amount to
// (passport/errors.py, passport/domain/verdict.py).

export const STEPS = [
  "image", "format", "encoding", "compression", "structure", "key", "signature", "key_usage", "content", "time",
  "revocation", "rules", "holder", "lists",
];

export const STEP_OF = {
  unreadable_image: "image",
  not_a_certificate: "format",
  unsupported_version: "format",
  too_large: "format",
  bad_encoding: "encoding",
  bad_compression: "compression",
  bad_structure: "structure",
  unsupported_algorithm: "key",
  unknown_issuer: "key",
  bad_signature: "signature",
  key_not_allowed: "key_usage",
  key_withdrawn: "key_usage",
  bad_content: "content",
  not_yet_valid: "time",
  expired: "time",
  key_expired: "time",
  revoked: "revocation",
  rule_failed: "rules",
  rules_open: "rules",
  holder_differs: "holder",
  lists_stale: "lists",
};

const UNREAD = ["image", "format", "encoding", "compression", "structure"];
const UNDETERMINED = ["rules_open", "lists_stale", "unavailable"];

/** A credential failed a step of the check; `variant` and `values` choose and fill the sentence of the reason. */
export class Failure extends Error {
  constructor(reason, detail = null, { variant = null, values = {} } = {}) {
    super(detail ?? reason);
    Object.assign(this, { reason, detail, variant, values });
  }
}

/** The outcome that a reason stands for; null is the reason of a valid certificate. */
export function outcomeOf(reason) {
  if (reason === null) return "valid";
  return UNDETERMINED.includes(reason) ? "undetermined" : "invalid";
}

/** The screen for a reason. */
export function headingOf(reason) {
  if (outcomeOf(reason) !== "invalid") return outcomeOf(reason);
  if (reason === "rule_failed") return "rule";
  if (reason === "holder_differs") return "holder";
  return UNREAD.includes(STEP_OF[reason]) ? "unread" : "invalid";
}
