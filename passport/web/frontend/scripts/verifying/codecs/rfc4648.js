// Base32 and base64url (RFC 4648), strict: one text for the same bytes, no other alphabet, no white space.
import { Failure } from "../failure.js";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const refuse = (detail) => {
  throw new Failure("bad_encoding", detail);
};

/** The bytes of unpadded base64url, with `padded` also of correctly padded; throws bad_encoding. */
export function decodeBase64url(text, { padded = false } = {}) {
  const bare = padded ? text.replace(/=+$/, "") : text;
  if (text !== bare && text.length !== bare.length + (-bare.length & 3)) refuse("base64url with wrong padding");
  if (bare.length % 4 === 1) refuse("not base64url");
  return unpacked(bare, { alphabet: BASE64URL, bits: 6, name: "base64url" });
}

/** The bytes of unpadded base32 in capital letters; throws bad_encoding. */
export function decodeBase32(text) {
  if ([1, 3, 6].includes(text.length % 8)) refuse("not base32");
  return unpacked(text, { alphabet: BASE32, bits: 5, name: "base32", padding: "padding or " });
}

function unpacked(text, { alphabet, bits, name, padding = "" }) {
  const bytes = new Uint8Array(Math.floor((text.length * bits) / 8));
  let [held, width, place] = [0, 0, 0];
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) refuse(`not ${name}`);
    held = (held << bits) | value;
    width += bits;
    if (width >= 8) {
      width -= 8;
      bytes[place++] = held >> width;
      held &= (1 << width) - 1;
    }
  }
  if (held) refuse(`${name} with ${padding}stray bits at its end`);
  return bytes;
}
