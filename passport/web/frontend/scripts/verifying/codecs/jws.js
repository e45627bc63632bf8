// JSON Web Signatures in the compact form (RFC 7515 section 3.1), taken apart; the signature is not checked here.
import { Failure } from "../failure.js";
import { utf8 } from "./bytes.js";
import { decodeBase64url } from "./rfc4648.js";
import { loads } from "./strict_json.js";

/** The parts of a compact JWS, and `signed`, the exact bytes under its signature; throws bad_structure, bad_encoding. */
export function parse(text) {
  const parts = text.split(".");
  if (parts.length !== 3) throw new Failure("bad_structure", "not the three parts of a JWS");
  const [encoded, payload, signature] = parts.map((part) => decodeBase64url(part));
  const header = loads(encoded);
  if (typeof header !== "object" || header === null || Array.isArray(header) || Object.hasOwn(header, "crit")) {
    throw new Failure("bad_structure", "a header that is no object, or with critical extensions");
  }
  return { header, payload, signature, signed: utf8(text.slice(0, text.lastIndexOf("."))) };
}
