// The JSON Canonicalization Scheme (RFC 8785): what a VDS-NC seal signs. JSON.stringify writes strings and numbers so.
import { Failure } from "../failure.js";
import { utf8 } from "./bytes.js";

/** The canonical text of a JSON value as bytes; throws bad_structure for an integer that no double holds. */
export const dumps = (value) => utf8(canonical(value));

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) >= 2 ** 53) {
    throw new Failure("bad_structure", "a number that has no canonical form");
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort(); // by UTF-16 units, as section 3.2.3 asks
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}
