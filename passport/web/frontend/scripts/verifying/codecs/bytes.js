// Bytes and the texts that stand for them.

const READER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const WRITER = new TextEncoder();

/** The text in UTF-8 bytes; throws for anything that is none. */
export const text = (bytes) => READER.decode(bytes);

export const utf8 = (string) => WRITER.encode(string);

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of base64. */
export function fromBase64(string) {
  const characters = atob(string);
  const bytes = new Uint8Array(characters.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = characters.charCodeAt(place); // lists are long
  return bytes;
}

export const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

export const same = (left, right) => left.length === right.length && left.every((byte, place) => byte === right[place]);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((place, part) => (whole.set(part, place), place + part.length), 0);
  return whole;
}

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
