// COSE_Sign1 (RFC 9052 section 4.2), taken apart; the signature is not checked here.
import { Failure } from "../failure.js";
import * as bytes from "./bytes.js";
import * as cbor from "./cbor.js";

export const ALGORITHM = 1;
export const KEY_ID = 4;
const CRITICAL = 2;
const UNDERSTOOD = [ALGORITHM, KEY_ID];
const SIGN1 = [0xd2]; // tag 18
const CWT_SIGN1 = [0xd8, 0x3d, 0xd2]; // tag 61 around tag 18
const SIGNATURE1 = Uint8Array.of(0x84, 0x6a, ...bytes.utf8("Signature1")); // the first of the four parts that are signed

/** The parts of a COSE_Sign1 with tag 18, 61 around 18, or none; throws bad_structure. */
export function parse(data) {
  const tag = [CWT_SIGN1, SIGN1, []].find((tag) => tag.every((byte, place) => data[place] === byte));
  const parts = cbor.loads(data.subarray(tag.length));
  if (!Array.isArray(parts) || !isSign1(parts)) throw new Failure("bad_structure", "not a COSE_Sign1");
  const [encoded, unprotected, payload, signature] = parts;
  const inside = encoded.length ? cbor.loads(encoded) : new Map();
  if (!cbor.isMap(inside)) throw new Failure("bad_structure", "the protected header is not a map");
  checkCritical(inside, unprotected);
  const header = (label) => cbor.member(inside, label) ?? cbor.member(unprotected, label);
  return { header, payload, signature, signed: toSign(encoded, payload) };
}

const isSign1 = ([encoded, unprotected, payload, signature, ...rest]) =>
  !rest.length && cbor.isMap(unprotected) && [encoded, payload, signature].every((part) => part instanceof Uint8Array);

const toSign = (encoded, payload) =>
  bytes.concat(SIGNATURE1, head(encoded.length), encoded, head(0), head(payload.length), payload);

/** The first bytes of a byte string of that length. */
function head(length) {
  const bytes = [length >> 16, (length >> 8) & 0xff, length & 0xff];
  if (length < 24) return Uint8Array.of(0x40 | length);
  if (length < 0x100) return Uint8Array.of(0x58, bytes[2]);
  return length < 0x10000 ? Uint8Array.of(0x59, bytes[1], bytes[2]) : Uint8Array.of(0x5a, 0, ...bytes);
}

function checkCritical(inside, unprotected) {
  if (cbor.member(unprotected, CRITICAL) !== undefined) {
    throw new Failure("bad_structure", "crit outside the protected header");
  }
  const critical = cbor.member(inside, CRITICAL) ?? null;
  const understood = Array.isArray(critical) && critical.length && critical.every((label) => UNDERSTOOD.includes(label));
  if (critical !== null && !understood) throw new Failure("bad_structure", "a critical header that is not understood");
}
