// New Zealand COVID Pass (NZCP specification 1): base32 of a COSE_Sign1 around a verifiable credential. It tells no dose.
import schema from "../../../../../formats/data/nzcp.schema.json";
import { Failure } from "../failure.js";
import { hex, text as decodeText } from "../codecs/bytes.js";
import * as cbor from "../codecs/cbor.js";
import * as cose from "../codecs/cose.js";
import { decodeBase32 } from "../codecs/rfc4648.js";
import { utcDay } from "../domain/dates.js";
import { holder, tidy } from "../domain/names.js";
import * as content from "./content.js";

const PREFIX = "NZCP:/1/";
const COUNTRY = "NZ";
const [ISSUER, EXPIRES, NOT_BEFORE, ID, CREDENTIAL] = [1, 4, 5, 7, "vc"]; // CWT claims; section 3.1
const ES256 = -7; // the only algorithm, section 3.2

export const claims = (text) => text.startsWith(PREFIX);

/** Opens `text`; the specification calls the key id text, the passes hold bytes: both are taken. */
export async function open(text) {
  const sign1 = cose.parse(decodeBase32(text.slice(PREFIX.length)));
  const cwt = cbor.loads(sign1.payload);
  if (!cbor.isMap(cwt)) throw new Failure("bad_structure", "the claims are not a map");
  const claims = [ISSUER, NOT_BEFORE, EXPIRES, ID, CREDENTIAL].map((claim) => cbor.member(cwt, claim));
  const [issuer, notBefore, expires, id, credential] = claims;
  const keyId = keyIdOf(sign1.header(cose.KEY_ID));
  if (sign1.header(cose.ALGORITHM) !== ES256) throw new Failure("unsupported_algorithm", "not ES256");
  return {
    format: "nzcp",
    algorithm: "ES256",
    keyId,
    keyIssuer: typeof issuer === "string" ? issuer : null,
    signed: sign1.signed,
    signature: sign1.signature,
    certificate: null,
    payload: { issuer, notBefore, expires, id, credential },
  };
}

function keyIdOf(stated) {
  if (!(stated instanceof Uint8Array) && typeof (stated ?? "") === "string") return stated ?? "";
  if (stated instanceof Uint8Array && stated.every((byte) => byte < 0x80)) return decodeText(stated);
  throw new Failure("bad_structure", "the key id is not text");
}

/** A pass stands for vaccination; throws bad_content when it is no Public COVID Pass. */
export function kind(envelope) {
  content.check(envelope.payload.credential ?? null, schema, "nzcp");
  return "vaccination";
}

/** The pass in a believed `envelope`; throws bad_content. */
export function read(envelope, keyCountry) {
  const { issuer, notBefore, expires, id, credential } = envelope.payload;
  const subject = credential.credentialSubject;
  const [family, given] = [subject.familyName, subject.givenName].map((name) => tidy(name || "") || null);
  const [issuedAt, born] = [content.moment(notBefore), content.born(subject.dob)];
  content.requireAfterBirth(born, [utcDay(issuedAt)]);
  return {
    format: "nzcp",
    kind: "vaccination",
    identifier: identifier(id),
    issuer,
    country: keyCountry || COUNTRY,
    keyId: envelope.keyId,
    issuedAt,
    expiresAt: content.moment(expires),
    holder: holder({ family, given, born }),
    doses: [],
    payload: credential,
    happenedOn: null,
    statedCountry: null,
    notBefore: null,
    protectsFrom: null,
    protectsUntil: null,
  };
}

function identifier(stated) {
  const isUuid = stated instanceof Uint8Array && stated.length === 16;
  if (!isUuid) throw new Failure("bad_content", "the identifier is no UUID");
  return `urn:uuid:${hex(stated).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
}
