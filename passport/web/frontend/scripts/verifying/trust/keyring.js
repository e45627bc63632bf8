// The keys that are believed, as the trust list holds them (passport/trust/keyring.py, entries.py, chain.py).
import { fromBase64, toBase64 } from "../codecs/bytes.js";
import { publicKey } from "../codecs/signatures.js";
import { readCertificate, signedBy } from "./certificates.js";

/** All trusted keys, by id and by certificate; several keys may share one. */
export class Keyring {
  #byId = new Map();
  #byCertificate = new Map();
  #authorities = [];

  constructor(entries) {
    for (const entry of entries) {
      const key = keyOf(entry);
      if (entry.authority) {
        if (entry.certificate) this.#authorities.push({ key, above: fromBase64(entry.certificate) });
        continue;
      }
      add(this.#byId, entry.kid, key);
      if (entry.certificate) add(this.#byCertificate, entry.certificate, key);
    }
  }

  /**
   * Every trusted key with that id which may speak for `issuer`. A `certificate` carried by the credential itself
   * counts when it is trusted as such, or else when a trusted authority signed it.
   */
  async find({ keyId, issuer, certificate }) {
    if (!certificate) return (this.#byId.get(keyId) ?? []).filter((key) => key.issuer === null || key.issuer === issuer);
    return this.#byCertificate.get(toBase64(certificate)) ?? this.#chained(certificate);
  }

  /** The key in a certificate, once for each authority that signed it. */
  async #chained(bytes) {
    let certificate;
    try {
      certificate = await readCertificate(bytes);
    } catch {
      return [];
    }
    if (certificate.authority) return [];
    const found = [];
    for (const { key, above } of this.#authorities) {
      if (await isSignedBy(certificate, { publicKey: key.publicKey, above })) found.push(beneath(certificate.key, key));
    }
    return found;
  }
}

/** Whether a key may sign `kind` in `format`; says nothing of dates or withdrawal. */
export function allows(key, { kind, format }) {
  return (key.barcodeSigner && format === "vdsnc") || key.kinds === null || key.kinds.includes(kind);
}

async function isSignedBy(certificate, authority) {
  try {
    return await signedBy(certificate, authority);
  } catch {
    return false; // a signature that is none, or of a kind that is not known here
  }
}

/** The dates that both have in common, and the authority's withdrawal: the step that judges dates judges the chain. */
function beneath(key, above) {
  const told = (...instants) => instants.filter((instant) => instant !== null);
  return {
    ...key,
    country: above.country || key.country,
    notBefore: Math.max(...told(key.notBefore, above.notBefore)),
    notAfter: Math.min(...told(key.notAfter, above.notAfter)),
    withdrawn: above.withdrawn,
    test: key.test || above.test,
  };
}

function keyOf(entry) {
  return {
    keyId: entry.kid,
    get publicKey() {
      return publicKey(fromBase64(entry.public_key)); // of a thousand keys a check needs one
    },
    issuer: entry.issuer,
    country: entry.country,
    kinds: entry.kinds,
    barcodeSigner: entry.barcode_signer,
    notBefore: instant(entry.not_before),
    notAfter: instant(entry.not_after),
    withdrawn: entry.withdrawn_at !== null,
    test: entry.test,
  };
}

const instant = (text) => (text === null ? null : Date.parse(text));

const add = (index, name, key) => index.set(name, [...(index.get(name) ?? []), key]);
