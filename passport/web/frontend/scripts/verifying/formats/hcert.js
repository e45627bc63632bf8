// The HC1 container, common to the EU certificate and the WHO's ICVP: base45, zlib, COSE_Sign1, CWT.
import { Failure } from "../failure.js";
import * as base45 from "../codecs/base45.js";
import { hex } from "../codecs/bytes.js";
import * as cbor from "../codecs/cbor.js";
import * as cose from "../codecs/cose.js";
import { inflate } from "../codecs/deflate.js";

const PREFIX = "HC1:";
const DCC_KEY = 1; // hcert sub-key of the EU certificate
const [ISSUER, EXPIRES, NOT_BEFORE, ISSUED, HCERT] = [1, 4, 5, 6, -260]; // CWT claims
const COUNTRY = /^[A-Z]{2,3}$/;
const ALGORITHMS = new Map([[-7, "ES256"], [-37, "PS256"]]); // nothing else is allowed

export const claims = (text) => text.startsWith(PREFIX);

/** Opens `text` into an envelope named hc1 or icvp, whichever statement it holds; nothing in it is believed. */
export async function open(text, { icvpClaim }) {
  const sign1 = cose.parse(inflate(base45.decode(text.slice(PREFIX.length))));
  const cwt = cbor.loads(sign1.payload);
  const hcert = cbor.member(cwt, HCERT);
  if (!cbor.isMap(hcert)) throw new Failure("bad_structure", "no health certificate among the claims");
  const { name, content } = statement(hcert, icvpClaim);
  const { algorithm, keyId } = headers(sign1);
  const stated = cbor.member(cwt, ISSUER);
  const issuer = typeof stated === "string" ? stated : null;
  return {
    format: name,
    algorithm,
    keyId,
    keyIssuer: issuer,
    signed: sign1.signed,
    signature: sign1.signature,
    certificate: null,
    payload: {
      issuer,
      country: COUNTRY.test(issuer ?? "") ? issuer : null, // some write a sentence
      issued: cbor.member(cwt, ISSUED),
      expires: cbor.member(cwt, EXPIRES),
      notBefore: cbor.member(cwt, NOT_BEFORE),
      content,
    },
  };
}

function statement(hcert, icvpClaim) {
  for (const [key, name] of [[DCC_KEY, "hc1"], [icvpClaim, "icvp"]]) {
    const content = cbor.member(hcert, key);
    if (content === undefined) continue;
    if (!cbor.isMap(content)) throw new Failure("bad_structure", "the health certificate is not a map");
    return { name, content };
  }
  throw new Failure("unsupported_version", "a health certificate of an unknown kind");
}

function headers(sign1) {
  const keyId = sign1.header(cose.KEY_ID) ?? new Uint8Array();
  if (!(keyId instanceof Uint8Array)) throw new Failure("bad_structure", "the key id is not a byte string");
  const algorithm = ALGORITHMS.get(sign1.header(cose.ALGORITHM));
  if (!algorithm) throw new Failure("unsupported_algorithm", "neither ES256 nor PS256");
  return { algorithm, keyId: hex(keyId) };
}
