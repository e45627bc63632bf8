// Base32 and base64url (RFC 4648), strict: one text for the same bytes, no other alphabet, no white space.
import { Failure } from "../failure.js";
import { fromBase64 } from "./bytes.js";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const WITHOUT_STRAY_BITS = { 0: /^/, 2: /[AQgw]$/, 3: /[AEIMQUYcgkosw048]$/ }; // how a text of that length modulo 4 ends

/** The bytes of unpadded base64url, with `padded` also of correctly padded; throws bad_encoding. */
export function decodeBase64url(text, { padded = false } = {}) {
  const bare = padded ? text.replace(/=+$/, "") : text;
  if (text !== bare && text.length !== bare.length + (-bare.length & 3)) refuse("base64url with wrong padding");
  if (!BASE64URL.test(bare) || bare.length % 4 === 1) refuse("not base64url");
  if (!WITHOUT_STRAY_BITS[bare.length % 4].test(bare.slice(-1))) refuse("base64url with stray bits at its end");
  return fromBase64(bare.replaceAll("-", "+").replaceAll("_", "/"));
}

/** The bytes of unpadded base32 in capital letters; throws bad_encoding. */
export function decodeBase32(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [held, width, place] = [0, 0, 0];
  for (const character of text) {
    const value = BASE32.indexOf(character);
    if (value < 0) refuse("not base32");
    held = (held << 5) | value;
    width += 5;
    if (width >= 8) {
      width -= 8;
      bytes[place++] = held >> width;
      held &= (1 << width) - 1;
    }
  }
  if ([1, 3, 6].includes(text.length % 8)) refuse("not base32");
  if (held) refuse("base32 with padding or stray bits at its end");
  return bytes;
}

function refuse(detail) {
  throw new Failure("bad_encoding", detail);
}
