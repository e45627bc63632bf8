// Base45 (RFC 9285), strict.
import { Failure } from "../failure.js";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/** The bytes that `text` stands for; throws bad_encoding. */
export function decode(text) {
  const values = Array.from(text, (character) => VALUES.get(character));
  if (values.includes(undefined)) throw new Failure("bad_encoding", "a character that base45 does not have");
  if (values.length % 3 === 1) throw new Failure("bad_encoding", "a single character after the last group");
  const bytes = [];
  for (let place = 0; place < values.length; place += 3) {
    const [low, middle, high] = values.slice(place, place + 3);
    const number = low + 45 * middle + 2025 * (high ?? 0);
    if (number > 0xffff) throw new Failure("bad_encoding", "a group is more than two bytes");
    if (high === undefined && number > 0xff) throw new Failure("bad_encoding", "the last group is more than a byte");
    if (high !== undefined) bytes.push(number >> 8);
    bytes.push(number & 0xff);
  }
  return Uint8Array.from(bytes);
}
