// What an X.509 certificate says of its key, for seals that carry theirs (passport/trust/certificates.py, chain.py).
import { hex, same, sha256 } from "../codecs/bytes.js";
import * as der from "../codecs/der.js";
import { ecdsa, made, publicKey } from "../codecs/signatures.js";

const [COUNTRY, ORGANISATION, COMMON_NAME] = ["550406", "55040a", "550403"];
const [BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE] = ["551d13", "551d25"];
const [VERSION, EXTENSIONS] = [0xa0, 0xa3];
const UTC_TIME = 0x17;
// 1.3.6.1.4.1.1847.2021.1.x of the specification, and the same with a 0 put in, as most national signers write it.
const USAGE_ARCS = ["2b060104018e378f6501", "2b06010401008e378f6501"];
const USAGES = { "01": "test", "02": "vaccination", "03": "recovery" };
const BARCODE_SIGNER = "67810801010e02"; // 2.23.136.1.1.14.2, ICAO Doc 9303 VDS-NC
const TEST_ISSUER = /\bDEMO\b/; // the mark of invented issuers in an organisation name
const BMP_STRING = 0x1e;

const ECDSA = { "2a8648ce3d040302": "SHA-256", "2a8648ce3d040303": "SHA-384", "2a8648ce3d040304": "SHA-512" };
const RSA = { "2a864886f70d01010b": "SHA-256", "2a864886f70d01010c": "SHA-384", "2a864886f70d01010d": "SHA-512" };
const RSA_PSS = "2a864886f70d01010a";
const [PSS_HASH, PSS_SALT, PSS_SALT_USUAL] = [0xa0, 0xa2, 20]; // tags, and the salt where none is told
const HASHES = { "608648016503040201": "SHA-256", "608648016503040202": "SHA-384", "608648016503040203": "SHA-512" };

/** The certificate in `bytes` with the key in it; throws when it cannot be read or its key is not accepted. */
export async function readCertificate(bytes) {
  const [tbs, algorithm, signature] = der.inside(bytes);
  const fields = der.items(tbs.content).filter(isNoVersion);
  const [, , issuer, validity, subject, spki] = fields;
  const extensions = extensionsOf(fields);
  const [notBefore, notAfter] = der.items(validity.content).map(instant);
  const organisation = attribute(subject, ORGANISATION);
  return {
    tbs: tbs.whole,
    algorithm: der.items(algorithm.content),
    signature: signature.content.subarray(1),
    issuer: issuer.whole,
    authority: isAuthority(extensions.get(BASIC_CONSTRAINTS)),
    key: {
      keyId: hex(await sha256(bytes)).slice(0, 16),
      publicKey: publicKey(spki.whole),
      country: attribute(subject, COUNTRY) ?? attribute(issuer, COUNTRY),
      name: organisation ?? attribute(subject, COMMON_NAME),
      notBefore,
      notAfter,
      withdrawn: false,
      test: [organisation, attribute(issuer, ORGANISATION)].some((name) => TEST_ISSUER.test(name ?? "")),
      ...usage(extensions.get(EXTENDED_KEY_USAGE)),
    },
  };
}

/** Whether the key of an authority, with the certificate `above`, signed `certificate`. */
export async function signedBy(certificate, { publicKey, above }) {
  const subject = der.items(der.inside(above)[0].content).filter(isNoVersion)[4];
  if (!same(subject.whole, certificate.issuer)) return false;
  const [kind, parameters] = certificate.algorithm;
  const id = der.oid(kind);
  const { signature, tbs } = certificate;
  if (publicKey.curve) {
    const asked = { ...ecdsa(publicKey), hash: ECDSA[id] };
    return Boolean(asked.hash) && made(publicKey, asked, raw(signature, publicKey.curve.width), tbs);
  }
  const asked = id === RSA_PSS ? pss(parameters) : { name: "RSASSA-PKCS1-v1_5", hash: RSA[id] };
  return Boolean(asked.hash) && made(publicKey, asked, signature, tbs);
}

/** r‖s of an ECDSA signature in DER. */
function raw(signature, width) {
  const numbers = der.inside(signature).map(({ content }) => der.unsigned(content));
  const whole = new Uint8Array(2 * width);
  numbers.forEach((number, place) => whole.set(number, (place + 1) * width - number.length));
  return whole;
}

/** Hash and salt of RSASSA-PSS parameters (RFC 4055 section 3.1). */
function pss(parameters) {
  const told = new Map(der.items(parameters.content).map(({ tag, content }) => [tag, content]));
  const hash = told.has(PSS_HASH) && HASHES[der.oid(der.inside(told.get(PSS_HASH))[0])];
  const salt = told.has(PSS_SALT) && der.items(told.get(PSS_SALT))[0].content[0];
  return { name: "RSA-PSS", hash, saltLength: salt || PSS_SALT_USUAL };
}

const isNoVersion = ({ tag }) => tag !== VERSION;

function extensionsOf(fields) {
  const wrapped = fields.find(({ tag }) => tag === EXTENSIONS);
  if (!wrapped) return new Map();
  return new Map(
    der.inside(wrapped.content).map(({ content }) => {
      const parts = der.items(content);
      return [der.oid(parts[0]), parts.at(-1).content];
    }),
  );
}

/** The kinds that an extended key usage allows (null: any) and whether it names the barcode signer. */
function usage(extension) {
  const purposes = extension ? der.inside(extension).map(der.oid) : [];
  if (!purposes.length) return { kinds: null, barcodeSigner: false };
  const ofHealth = purposes.filter((purpose) => USAGE_ARCS.includes(purpose.slice(0, -2)));
  const kinds = ofHealth.map((purpose) => USAGES[purpose.slice(-2)]).filter(Boolean);
  return { kinds, barcodeSigner: purposes.includes(BARCODE_SIGNER) };
}

function isAuthority(extension) {
  const told = extension ? der.inside(extension) : [];
  return told.some(({ tag, content }) => tag === der.BOOLEAN && !same(content, [0]));
}

function attribute(name, type) {
  const parts = der.items(name.content).flatMap(({ content }) => der.items(content));
  const value = parts.map(({ content }) => der.items(content)).find(([id]) => der.oid(id) === type)?.[1];
  return value ? new TextDecoder(value.tag === BMP_STRING ? "utf-16be" : "utf-8").decode(value.content) : null;
}

function instant({ tag, content }) {
  const digits = String.fromCharCode(...content);
  const full = tag === UTC_TIME ? `${digits < "5" ? "20" : "19"}${digits}` : digits;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
