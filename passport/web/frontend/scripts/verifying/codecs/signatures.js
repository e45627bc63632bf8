// Signatures over bytes: ECDSA as raw r‖s and RSA-PSS with a salt of 32. The algorithm is bound to the type of the key
// (passport/codecs/signatures.py).
import { Failure } from "../failure.js";
import * as der from "./der.js";

const CURVES = {
  "2a8648ce3d030107": { name: "P-256", width: 32 },
  "2b81040022": { name: "P-384", width: 48 },
  "2b81040023": { name: "P-521", width: 66 },
};
const EC = "2a8648ce3d0201";
const RSA = "2a864886f70d010101";
const RSA_BITS_LEAST = 2048;
const SALT = 32;
// A few nations label ECDSA with SHA-256 over P-384 keys ES256, which COSE allows.
const ECDSA = {
  ES256: { hash: "SHA-256", curves: ["P-256", "P-384"] },
  ES384: { hash: "SHA-384", curves: ["P-384"] },
  ES512: { hash: "SHA-512", curves: ["P-521"] },
};

/** A public key from its SubjectPublicKeyInfo; throws for a kind, curve or size that is not accepted. */
export function publicKey(spki) {
  const [algorithm, point] = der.inside(spki);
  const [kind, curveId] = der.items(algorithm.content);
  if (der.oid(kind) === EC) {
    const curve = CURVES[der.oid(curveId)];
    if (!curve) throw new TypeError("the curve is not accepted");
    return { spki, curve };
  }
  if (der.oid(kind) !== RSA) throw new TypeError("neither an elliptic curve nor an RSA key");
  const modulus = der.unsigned(der.inside(point.content.subarray(1))[0].content);
  const bits = modulus.length * 8 - (Math.clz32(modulus[0]) - 24);
  if (bits < RSA_BITS_LEAST) throw new TypeError("the RSA key is too short");
  return { spki, curve: null };
}

/** Whether `key` may be used with `algorithm`. */
export function fits(algorithm, key) {
  if (!key.curve) return algorithm === "PS256";
  return Boolean(ECDSA[algorithm]?.curves.includes(key.curve.name));
}

/** Whether `signature` over `signed` is the key's; throws unavailable where this browser cannot calculate it. */
export async function verify({ algorithm, key, signature, signed }) {
  if (!fits(algorithm, key) || (key.curve && signature.length !== 2 * key.curve.width)) return false;
  return key.curve
    ? made(key, { ...ecdsa(key), hash: ECDSA[algorithm].hash }, signature, signed)
    : made(key, { name: "RSA-PSS", hash: "SHA-256", saltLength: SALT }, signature, signed);
}

/** What WebCrypto asks of an elliptic key. */
export const ecdsa = ({ curve }) => ({ name: "ECDSA", namedCurve: curve.name });

/** Whether `key` made `signature` with an algorithm of WebCrypto, which tells both how to import and how to verify. */
export async function made(key, algorithm, signature, signed) {
  try {
    const imported = await crypto.subtle.importKey("spki", key.spki, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, imported, signature, signed);
  } catch {
    throw new Failure("unavailable", "this browser cannot check such a signature");
  }
}
