// ICAO visible digital seal for non-constrained environments (VDS-NC 1.1): JSON with the signer's certificate inside.
import schema from "../../../../../formats/data/vdsnc.schema.json";
import { Failure } from "../failure.js";
import { hex, sha256 } from "../codecs/bytes.js";
import * as jcs from "../codecs/jcs.js";
import { decodeBase64url } from "../codecs/rfc4648.js";
import { loads } from "../codecs/strict_json.js";
import { holder, tidy } from "../domain/names.js";
import * as content from "./content.js";

const SHAPE = /^\[?[^\S\ufeff]*\{[^]*"icao\./;
const ALGORITHMS = ["ES256", "ES384", "ES512"]; // section on the signature zone; nothing else is allowed
const KINDS = { "icao.vacc": "vaccination", "icao.test": "test" };
const VERSION = 1;
const COVID = "RA01"; // ICD-11

export const claims = (text) => SHAPE.test(text);

/** Opens `text`, also inside an array of one; base64url may be padded. */
export async function open(text) {
  let seal = loads(text);
  if (Array.isArray(seal) && seal.length === 1) [seal] = seal;
  const { data, sig } = seal ?? {};
  const isData = isObject(data?.hdr) && isObject(data.msg) && isText(data.hdr.t) && Object.hasOwn(data.hdr, "v");
  if (!isData || !isObject(sig) || ![sig.alg, sig.cer, sig.sigvl].every(isText)) {
    throw new Failure("bad_structure", "not header, message and signature zone");
  }
  const [certificate, signature] = [sig.cer, sig.sigvl].map((part) => decodeBase64url(part, { padded: true }));
  if (!Object.hasOwn(KINDS, data.hdr.t) || data.hdr.v !== VERSION) {
    throw new Failure("unsupported_version", "a seal of another type or version");
  }
  if (!ALGORITHMS.includes(sig.alg)) throw new Failure("unsupported_algorithm", "not ECDSA with SHA-2");
  return {
    format: "vdsnc",
    algorithm: sig.alg,
    keyId: hex(await sha256(certificate)).slice(0, 16),
    keyIssuer: null,
    signed: jcs.dumps(data),
    signature,
    certificate,
    payload: data,
  };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value) => typeof value === "string";

/** What the seal states. */
export const kind = (envelope) => KINDS[envelope.payload.hdr.t];

/** The statement in a believed `envelope`; throws bad_content. It says neither when it was issued nor when it ends. */
export function read(envelope, keyCountry) {
  const data = envelope.payload;
  content.check(data, schema, "vdsnc");
  const { msg, hdr } = data;
  const doses = (msg.ve ?? []).flatMap((event) => event.vd.map((given) => dose(event, given)));
  const happened = doses.map(({ date }) => date);
  if (msg.dat?.sc) happened.push(content.day(msg.dat.sc));
  const person = holderOf(msg.pid.n, msg.pid.dob);
  content.requireAfterBirth(person.born, happened);
  return {
    format: "vdsnc",
    kind: kind(envelope),
    identifier: msg.uvci || msg.utci,
    issuer: hdr.is,
    country: keyCountry || hdr.is,
    keyId: envelope.keyId,
    issuedAt: null,
    expiresAt: null,
    holder: person,
    doses,
    payload: data,
    happenedOn: content.latest(happened),
    statedCountry: null,
    notBefore: null,
    protectsFrom: null,
    protectsUntil: null,
  };
}

/** One dose; a vaccine without a disease is one against COVID-19, the only one of version 1. */
function dose(event, given) {
  return {
    disease: event.dis || COVID,
    vaccine: event.des,
    product: event.nam,
    manufacturer: null,
    number: Number(given.seq), // some issuers write it as text
    of: null,
    date: content.day(given.dvc),
    country: given.ctr,
    lot: given.lot ?? null,
  };
}

/** Doc 9303 orders primary before secondary identifier; where nothing parts them, the name stays whole. */
function holderOf(name, dob) {
  const bare = name.replace(/^[ <]+|[ <]+$/g, "");
  const apart = /<<| {2}/.exec(bare);
  const parts = apart ? [bare.slice(0, apart.index), bare.slice(apart.index + 2)] : [bare, ""];
  const [family, given] = parts.map((part) => tidy(part.replaceAll("<", " ")) || null);
  return holder({ family, given, born: content.born(dob) });
}
