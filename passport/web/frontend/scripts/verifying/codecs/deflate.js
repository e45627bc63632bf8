// DEFLATE, bounded: with the zlib header (RFC 1950) for HC1, raw (RFC 1951) for SMART Health Cards. fflate inflates;
// what it lets pass and the server's zlib does not is checked here: the checksum, and bytes behind the end.
import { inflateSync } from "fflate";

import { Failure } from "../failure.js";
import { same } from "./bytes.js";

export const INFLATED_LIMIT = 64 * 1024; // bytes; the largest of some 570 national test codes inflates to about 1 KiB
const [HEADER, CHECKSUM] = [2, 4]; // bytes around the stream
const [DEFLATED, WINDOW_MOST, DICTIONARY] = [8, 7, 0x20];
const ADLER_MODULUS = 65521;

/** What a whole zlib stream holds; throws bad_compression. */
export function inflate(data) {
  const [method, flags] = data;
  const isZlib = (method & 0x0f) === DEFLATED && method >> 4 <= WINDOW_MOST && ((method << 8) | flags) % 31 === 0;
  if (!isZlib || flags & DICTIONARY) refuse("not the compression that the format asks for");
  const plain = inflateRaw(data.subarray(HEADER, -CHECKSUM));
  if (!same(adler32(plain), data.subarray(-CHECKSUM))) refuse("not the compression that the format asks for");
  return plain;
}

/** What a whole raw DEFLATE stream holds; throws bad_compression. */
export function inflateRaw(data) {
  const plain = inflated(data) ?? refuse("not the compression that the format asks for");
  if (plain.length > INFLATED_LIMIT) refuse(`inflates to more than ${INFLATED_LIMIT} bytes`);
  // A stream that ends with its last byte cannot do without it.
  if (inflated(data.subarray(0, -1))) refuse("bytes follow the compressed stream");
  return plain;
}

/** Up to one byte more than the limit; null for what is no stream, or one that is cut short. */
function inflated(data) {
  try {
    return data.length ? inflateSync(data, { out: new Uint8Array(INFLATED_LIMIT + 1) }) : null;
  } catch {
    return null;
  }
}

function refuse(detail) {
  throw new Failure("bad_compression", detail);
}

function adler32(data) {
  let [low, high] = [1, 0];
  for (const byte of data) {
    low = (low + byte) % ADLER_MODULUS;
    high = (high + low) % ADLER_MODULUS;
  }
  return Uint8Array.of(high >> 8, high & 0xff, low >> 8, low & 0xff);
}
