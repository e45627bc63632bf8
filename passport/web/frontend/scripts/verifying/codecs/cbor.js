// CBOR (RFC 8949) as certificates need it: definite lengths, exact types, bounded depth, every byte used. Dates under
// tags 0 and 1 are read as text, every other tag is refused (passport/codecs/cbor.py).
import { Tokenizer, Type, decodeFirst } from "cborg";

import { Failure } from "../failure.js";
import * as bytes from "./bytes.js";

const DEPTH_LIMIT = 16; // nested containers; a certificate of the EU needs seven
const LAST_SECOND = 253402300799; // of the year 9999

const OPTIONS = {
  allowBigInt: true,
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
  useMaps: true,
  tags: { 0: dateText, 1: epochText },
};

/**
 * The one value in `data`, built of number, string, Uint8Array, boolean, null, array, and object: a map with a key
 * that is no text stays a Map. Throws bad_structure.
 */
export function loads(data) {
  let found;
  try {
    found = decodeFirst(data, { ...OPTIONS, tokenizer: new Strict(data, OPTIONS) });
  } catch {
    refuse("not well-formed CBOR within the limits");
  }
  const [value, rest] = found;
  if (rest.length) refuse("bytes follow the CBOR value");
  return plain(value, 0);
}

function refuse(detail) {
  throw new Failure("bad_structure", detail);
}

/** What stands under `key` in a value that may be a map at all; undefined where nothing does. */
export function member(value, key) {
  if (value instanceof Map) return value.get(key);
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Whether a decoded value is a map, of whatever keys. */
export function isMap(value) {
  return value instanceof Map || (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null);
}

/** cborg puts a mark in the place of bytes that are no text; here they are refused. */
class Strict extends Tokenizer {
  next() {
    const token = super.next();
    if (Type.equals(token.type, Type.string)) token.value = bytes.text(token.byteValue);
    return token;
  }
}

function dateText(inside) {
  const text = inside();
  if (typeof text !== "string") throw new TypeError("tag 0 without text");
  return text;
}

function epochText(inside) {
  const seconds = inside();
  if (typeof seconds !== "number" || Math.abs(seconds) > LAST_SECOND) throw new TypeError("tag 1 without a time");
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** `value` with objects for maps whose keys are all text; refuses whatever is no plain value. */
function plain(value, depth) {
  if (depth > DEPTH_LIMIT) refuse("not well-formed CBOR within the limits");
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Map) return map(value, depth + 1);
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value)) refuse("a number that is not finite");
  const isPlain = value === null || value instanceof Uint8Array || ["number", "string", "boolean"].includes(typeof value);
  return isPlain ? value : refuse("a CBOR value that certificates do not use");
}

function map(value, depth) {
  const entries = Array.from(value, ([key, item]) => [key, plain(item, depth)]);
  if (!entries.every(([key]) => typeof key === "string" || Number.isInteger(key))) {
    refuse("a map key that is neither integer nor text");
  }
  if (!entries.every(([key]) => typeof key === "string")) return new Map(entries);
  return entries.reduce((object, [key, item]) => ((object[key] = item), object), Object.create(null));
}
